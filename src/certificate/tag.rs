//! The tags of DER and BER that are read and written here and in
//! `transfer/cms.rs`. X.690, section 8.

/// `INTEGER`.
pub const INTEGER: u8 = 0x02;
/// `OCTET STRING`.
pub const OCTET_STRING: u8 = 0x04;
/// `OBJECT IDENTIFIER`.
pub const OBJECT_IDENTIFIER: u8 = 0x06;
/// `UTCTime`.
pub const UTC_TIME: u8 = 0x17;
/// `GeneralizedTime`.
pub const GENERALIZED_TIME: u8 = 0x18;
/// `SEQUENCE` and `SEQUENCE OF`.
pub const SEQUENCE: u8 = 0x30;
/// `SET` and `SET OF`.
pub const SET: u8 = 0x31;
/// `[0]` around other elements.
pub const CONTENT_0: u8 = 0xa0;
/// `[0]` in place of a primitive element's own tag.
pub const CONTENT_0_PRIMITIVE: u8 = 0x80;
