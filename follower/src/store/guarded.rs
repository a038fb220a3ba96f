//! Opening a file that may be damaged.

use super::StoreError;
use redb::DatabaseError;
use std::panic::{UnwindSafe, catch_unwind};
use std::path::Path;

/// Some damage `redb` meets with a panic instead of an error. Nothing of ours is shared with it.
pub(super) fn guarded<T>(
    path: &Path,
    open: impl FnOnce() -> Result<T, DatabaseError> + UnwindSafe,
) -> Result<Result<T, DatabaseError>, StoreError> {
    catch_unwind(open).map_err(|_| StoreError::Undecodable {
        path: path.to_owned(),
    })
}
