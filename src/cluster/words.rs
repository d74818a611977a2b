//! Words that say nothing about what a prompt is about.

/// English function words, in alphabetical order.
const FUNCTION_WORDS: &str = "a about above across after again against ago all almost along already \
also although always am among an and another any anyone anything are around as at away back be became \
because become been before began being below between both but by came can cannot come could did do does \
doing done down during each either else enough etc even ever every everyone everything few find first for \
from further gave get gets getting give given gives go goes going gone got had has have having he her here \
hers herself him himself his how however i if in instead into is it its itself just keep kept know known last \
later least less let like likely made make makes making many may maybe me mean means might mine more most much \
must my myself near need needs neither never next no nor not nothing now of off often on once one only onto or \
other others our ours ourselves out over own per perhaps please put quite rather really said same say says \
second see seem seems seen several shall she should show since so some someone something soon still such take \
taken takes tell than that the their theirs them themselves then there therefore these they thing things think \
third this those though three through thus to together too took toward two under until up upon us use used \
uses using very want wants was way we well went were what whatever when whenever where whether which while who \
whom whose why will with within without would yet you your yours yourself yes don doesn didn isn aren wasn \
weren won wouldn couldn shouldn hasn haven hadn ain let ll ve re lot lots bit kind sort able else zero four \
five six seven eight nine ten hundred thousand";

/// Words of the frame of a task rather than of its subject: "answer the following question".
const TASK_WORDS: &str = "answer answers answered answering ask asked asks assistant below best choice choices \
choose choosing complete completion concise correct correctly describe describing determine directly either \
entire exact exactly example examples explain explanation final finally following follows format formatted \
generate given help hint hints identify include included includes including incorrect indicate indicates \
information input inputs instruction instructions item items letter letters list multiple note number numbers \
option options order output outputs possible print problem problems prompt provide provided provides question \
questions reason reasoning refer relevant reply represent required respond response responses result results \
return returns select sentence sentences should single solution solutions solve solved solving statement \
statements step steps task tasks text true false user various whole word words write writing written based \
consider considered called contain contains containing must rule rules start starts starting end ends value \
values total test tests assert def self none str int args";

/// Whether a lower-case word is useless as part of a name.
pub(super) fn is_junk(word: &str) -> bool {
    let listed = |list: &str| list.split_ascii_whitespace().any(|w| w == word);
    listed(FUNCTION_WORDS) || listed(TASK_WORDS)
}
