//! What SQLite says, told as something a person can mend.

use rusqlite::ErrorCode;

use crate::error::{Code, Error};

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let id = match error.sqlite_error_code() {
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
                "store-read-only"
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "store-busy",
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => "store-corrupt",
            Some(ErrorCode::DiskFull) => "store-disk-full",
            Some(ErrorCode::SystemIoFailure) => "store-io",
            _ => return Error::internal(error),
        };
        Error::new(Code::Unavailable, id).because(error)
    }
}
