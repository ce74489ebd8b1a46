//! A record for a response, without the fields that a user may not read.

use std::fmt::{self, Debug, Display};

use serde::ser::{Error, Impossible, Serialize, SerializeMap, SerializeStruct, Serializer};

use crate::query::fields::Fields;

/// A record that serialises without the fields that a user may not access: see [`Fields::show`].
#[derive(Clone)]
pub struct Shown<'s, T> {
    fields: Fields<'s>,
    record: T,
}

impl<'s> Fields<'s> {
    /// The record for a response, without the fields that the user may not access.
    ///
    /// The record is a struct or a map, or a reference to one, and the names of fields are its keys as serde writes them,
    /// compared exactly: name a field in the schema as it is written here. It serialises as a map of those that are left, also
    /// if it is a struct. What is inside a value is not looked at. For anything else the serialiser fails, so that nothing is
    /// shown by mistake: for a list, show each record by its own fields.
    ///
    /// It decides about fields, and not about the record: require that the user may read it first.
    pub fn show<T: Serialize>(self, record: T) -> Shown<'s, T> {
        Shown { fields: self, record }
    }
}

impl<T: Serialize> Serialize for Shown<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Inner { fields: &self.fields, record: &self.record }.serialize(serializer)
    }
}

/// Shows the fields, and nothing of the record.
impl<T> Debug for Shown<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("fields", &self.fields).finish_non_exhaustive()
    }
}

/// A serialiser of one record, which leaves fields out.
struct Masked<'a, S> {
    fields: &'a Fields<'a>,
    serializer: S,
}

/// A record that is borrowed, which may be inside of an option or a newtype.
struct Inner<'a, T: ?Sized> {
    fields: &'a Fields<'a>,
    record: &'a T,
}

impl<T: Serialize + ?Sized> Serialize for Inner<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.record.serialize(Masked { fields: self.fields, serializer })
    }
}

/// The map of a record while it is written.
struct MaskedMap<'a, M> {
    fields: &'a Fields<'a>,
    map: M,
    /// Whether the value of the last key is left out.
    is_denied: bool,
}

fn no_record<E: Error>(found: impl Display) -> E {
    E::custom(format_args!(
        "fields can be left out of a struct or a map only, and this is {found}: show each record by itself"
    ))
}

/// Writes methods of a serialiser that refuse what is not a record.
macro_rules! refuse {
    ($($method:ident($($argument:ty),*) -> $done:ty, $found:literal;)*) => {
        $(fn $method(self, $(_: $argument),*) -> Result<$done, S::Error> {
            Err(no_record($found))
        })*
    };
}

type Never<S> = Impossible<<S as Serializer>::Ok, <S as Serializer>::Error>;

impl<'a, S: Serializer> Serializer for Masked<'a, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Never<S>;
    type SerializeTuple = Never<S>;
    type SerializeTupleStruct = Never<S>;
    type SerializeTupleVariant = Never<S>;
    type SerializeMap = MaskedMap<'a, S::SerializeMap>;
    type SerializeStruct = MaskedMap<'a, S::SerializeMap>;
    type SerializeStructVariant = Never<S>;

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        // How many are left is known only at the end. Formats that need it first say so.
        Ok(MaskedMap { fields: self.fields, map: self.serializer.serialize_map(None)?, is_denied: false })
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Self::SerializeStruct, S::Error> {
        // Formats have structs of their own that stand for something else, such as JSON that is text already. No struct of
        // Rust has such a name.
        if name.starts_with('$') { Err(no_record("a value of the format")) } else { self.serialize_map(None) }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, record: &T) -> Result<S::Ok, S::Error> {
        self.serializer.serialize_some(&Inner { fields: self.fields, record })
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        record: &T,
    ) -> Result<S::Ok, S::Error> {
        self.serializer.serialize_newtype_struct(name, &Inner { fields: self.fields, record })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<S::Ok, S::Error> {
        Err(no_record("a variant with a value"))
    }

    fn is_human_readable(&self) -> bool {
        self.serializer.is_human_readable()
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.serializer.serialize_none()
    }

    refuse! {
        serialize_bool(bool) -> S::Ok, "a boolean";
        serialize_i8(i8) -> S::Ok, "a number";
        serialize_i16(i16) -> S::Ok, "a number";
        serialize_i32(i32) -> S::Ok, "a number";
        serialize_i64(i64) -> S::Ok, "a number";
        serialize_i128(i128) -> S::Ok, "a number";
        serialize_u8(u8) -> S::Ok, "a number";
        serialize_u16(u16) -> S::Ok, "a number";
        serialize_u32(u32) -> S::Ok, "a number";
        serialize_u64(u64) -> S::Ok, "a number";
        serialize_u128(u128) -> S::Ok, "a number";
        serialize_f32(f32) -> S::Ok, "a number";
        serialize_f64(f64) -> S::Ok, "a number";
        serialize_char(char) -> S::Ok, "a text";
        serialize_str(&str) -> S::Ok, "a text";
        serialize_bytes(&[u8]) -> S::Ok, "bytes";
        serialize_unit() -> S::Ok, "nothing";
        serialize_unit_struct(&'static str) -> S::Ok, "nothing";
        serialize_unit_variant(&'static str, u32, &'static str) -> S::Ok, "a word";
        serialize_seq(Option<usize>) -> Self::SerializeSeq, "a list";
        serialize_tuple(usize) -> Self::SerializeTuple, "a list";
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct, "a list";
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant, "a list";
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant, "a variant with fields";
    }
}

impl<M: SerializeMap> SerializeMap for MaskedMap<'_, M> {
    type Ok = M::Ok;
    type Error = M::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), M::Error> {
        let Ok(serde_json::Value::String(name)) = serde_json::to_value(key) else {
            return Err(no_record("a map with keys that are not texts"));
        };
        self.is_denied = !self.fields.allows(&name);
        if self.is_denied { Ok(()) } else { self.map.serialize_key(key) }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), M::Error> {
        if self.is_denied { Ok(()) } else { self.map.serialize_value(value) }
    }

    fn end(self) -> Result<M::Ok, M::Error> {
        self.map.end()
    }
}

impl<M: SerializeMap> SerializeStruct for MaskedMap<'_, M> {
    type Ok = M::Ok;
    type Error = M::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), M::Error> {
        if self.fields.allows(key) { self.map.serialize_entry(key, value) } else { Ok(()) }
    }

    fn end(self) -> Result<M::Ok, M::Error> {
        self.map.end()
    }
}
