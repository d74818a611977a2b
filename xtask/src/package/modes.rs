//! Modes of the package's files. npm copies them, and those of a new file depend on the user.

use std::path::Path;

use anyhow::Result;

/// Gives every file below `folder` the same mode. npm sets those of programs itself.
#[cfg(unix)]
pub fn set(folder: &Path) -> Result<()> {
    use std::{fs, os::unix::fs::PermissionsExt};

    use crate::files;

    for path in files::walk(folder)? {
        fs::set_permissions(folder.join(path), fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}

/// Elsewhere files have no modes.
#[cfg(not(unix))]
pub fn set(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::{env, fs, os::unix::fs::PermissionsExt, process};

    use super::*;
    use crate::files;

    #[test]
    fn modes_do_not_depend_on_the_user() {
        let folder = env::temp_dir().join(format!("uniroute-modes-{}", process::id()));
        let names = [("a/first", 0o600), ("second", 0o777)];
        for (name, mode) in names {
            files::write_if_changed(&folder.join(name), b"1").unwrap();
            fs::set_permissions(folder.join(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        set(&folder).unwrap();
        for (name, _) in names {
            let mode = fs::metadata(folder.join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o644, "{name}");
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
