// If a script of the page does not arrive, or fails while it starts, nothing else can say so: the others wait
// for it. This one needs none of them.
addEventListener(
  "error",
  ({ target }) => {
    const isScript = target instanceof HTMLScriptElement;
    if (document.documentElement.dataset["started"] !== undefined || !(isScript || target === window)) return;
    const text = document.createElement("p");
    text.textContent =
      "The page could not start: one of its scripts did not arrive whole. Check the connection, then start again.";
    const button = document.createElement("button");
    button.textContent = "Start again";
    button.addEventListener("click", () => location.reload());
    const notice = document.createElement("div");
    notice.className = "notice bad";
    notice.append(text, button);
    document.getElementById("notice")?.replaceChildren(notice);
  },
  true,
);
