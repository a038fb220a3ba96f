//! Files that are never half-written.
//!
//! The new content goes to a temporary file in the same folder, is flushed to disk and then renamed
//! over the old one. Whenever the process dies, the path holds the old content or the new one.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Prefix of temporary files; what a killed process left behind may be deleted.
pub const TEMPORARY_PREFIX: &str = ".vigil-tmp-";

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Whoever the system's default allows.
    Default,
    /// Its owner alone, from the first byte on: for secrets.
    Owner,
}

/// Replaces the file at `path` by what `fill` writes, or leaves it alone if `fill` fails.
pub fn write_atomically<T, E: From<io::Error>>(
    path: &Path,
    readers: Readers,
    fill: impl FnOnce(&mut BufWriter<&mut File>) -> Result<T, E>,
) -> Result<T, E> {
    let folder = folder_of(path);
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX);
    #[cfg(unix)]
    if readers == Readers::Default {
        use std::os::unix::fs::PermissionsExt;
        // Less what the process's mask takes away. Otherwise the crate's 0600 stands.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(folder)?;
    let value = {
        let mut writer = BufWriter::new(temporary.as_file_mut());
        let value = fill(&mut writer)?;
        writer.flush()?;
        value
    };
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)?;
    Ok(value)
}

/// [`write_atomically`] for content that is already in memory.
pub fn write_bytes_atomically(path: &Path, readers: Readers, bytes: &[u8]) -> io::Result<()> {
    write_atomically(path, readers, |writer| writer.write_all(bytes))
}

/// Makes a rename in `folder` survive a power failure.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Windows cannot open folders, and journals renames anyway.
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write_bytes_atomically(&path, Readers::Default, b"old").unwrap();
        let result: io::Result<()> = write_atomically(&path, Readers::Default, |writer| {
            writer.write_all(&[1; 100_000])?;
            Err(io::Error::other("full"))
        });
        assert!(result.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        write_bytes_atomically(&path, Readers::Default, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[cfg(unix)]
    #[test]
    fn secrets_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        write_bytes_atomically(&path, Readers::Owner, b"s").unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        write_bytes_atomically(&path, Readers::Default, b"p").unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o700, 0o600);
    }
}
