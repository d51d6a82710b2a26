//! What goes into a statement and what comes out of a row, the same on both engines.

use std::fmt;
use std::str::FromStr;

/// A bound value. `None` keeps its type, because PostgreSQL wants one even for NULL.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Int(Option<i64>),
    Float(Option<f64>),
    Text(Option<String>),
    Bool(Option<bool>),
    Bytes(Option<Vec<u8>>),
}

/// Anything that can be bound to `$n`.
pub trait ToValue {
    fn to_value(&self) -> Value;
}

macro_rules! to_value {
    ($($t:ty => $variant:ident, $v:ident => $e:expr;)*) => {$(
        impl ToValue for $t { fn to_value(&self) -> Value { let $v = self; Value::$variant(Some($e)) } }
        impl ToValue for Option<$t> { fn to_value(&self) -> Value { Value::$variant(self.as_ref().map(|$v| $e)) } }
    )*};
}
to_value! {
    i64 => Int, v => *v;
    i32 => Int, v => i64::from(*v);
    u32 => Int, v => i64::from(*v);
    f64 => Float, v => *v;
    bool => Bool, v => *v;
    String => Text, v => v.clone();
    &str => Text, v => (*v).to_owned();
    Vec<u8> => Bytes, v => v.clone();
    &[u8] => Bytes, v => v.to_vec();
    Id => Bytes, v => v.0.to_vec();
    jiff::civil::Date => Text, v => v.to_string();
    jiff::Timestamp => Int, v => v.as_microsecond();
}
impl<T: ToValue> ToValue for &T {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}
impl ToValue for Value {
    fn to_value(&self) -> Value {
        self.clone()
    }
}

/// An identity: 16 bytes, a version 7 UUID when new, so that ids sort by the moment of birth.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub [u8; 16]);

impl Id {
    /// A version 7 UUID from a moment (milliseconds since 1970) and ten random bytes.
    pub fn from_parts(unix_millis: u64, random: [u8; 10]) -> Id {
        Id(*uuid::Builder::from_unix_timestamp_millis(unix_millis, &random).into_uuid().as_bytes())
    }
}
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        uuid::Uuid::from_bytes(self.0).simple().fmt(f)
    }
}
impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({self})")
    }
}
impl FromStr for Id {
    type Err = BadId;
    fn from_str(s: &str) -> Result<Id, BadId> {
        if s.len() != 32 {
            return Err(BadId);
        }
        uuid::Uuid::try_parse(s).map(|u| Id(*u.as_bytes())).map_err(|_| BadId)
    }
}

/// The public id of a row of a large table: the shard where it was first recorded, and its identity.
/// Written `7-019ab…`; the shard never says anything about access.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RecordId {
    pub shard: i64,
    pub id: Id,
}
impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.shard, self.id)
    }
}
impl FromStr for RecordId {
    type Err = BadId;
    fn from_str(s: &str) -> Result<RecordId, BadId> {
        let (shard, id) = s.split_once('-').ok_or(BadId)?;
        Ok(RecordId { shard: shard.parse().map_err(|_| BadId)?, id: id.parse()? })
    }
}

#[derive(Debug, thiserror::Error)]
#[error("not an id")]
pub struct BadId;

macro_rules! serde_as_text {
    ($t:ty) => {
        impl serde::Serialize for $t {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $t {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
serde_as_text!(Id);
serde_as_text!(RecordId);
