//! How values are encoded on the bus. A dictionary (all properties, one disk, one run) is declared once, with its names on the bus; the
//! encodings for `PropertiesChanged`, lists and JSON follow from that. Knows no property by name.

use std::collections::HashMap;

use zbus::Variant;

use super::{Facts, harmless};

/// An `a{sv}` to send.
pub type Entries = HashMap<&'static str, Variant<'static>>;

/// A value that can be sent on the bus. Strings are escaped here, once, because anyone can choose labels, file names and job names.
pub trait Wire {
    /// The encoded type.
    type Form: Into<Variant<'static>>;

    /// Encodes the value.
    fn wire(&self) -> Self::Form;
}

macro_rules! as_it_is {
    ($($type:ty)*) => {
        $(impl Wire for $type {
            type Form = Self;

            fn wire(&self) -> Self {
                *self
            }
        })*
    };
}

as_it_is! { bool u32 u64 f64 }

impl Wire for String {
    type Form = Self;

    fn wire(&self) -> Self {
        harmless(self)
    }
}

impl Wire for (String, String) {
    type Form = Self;

    fn wire(&self) -> Self {
        (self.0.wire(), self.1.wire())
    }
}

impl Wire for Facts {
    type Form = (String, HashMap<String, Variant<'static>>);

    fn wire(&self) -> Self::Form {
        self.to_variants()
    }
}

impl<T: Wire> Wire for Vec<T>
where
    Vec<T::Form>: Into<Variant<'static>>,
{
    type Form = Vec<T::Form>;

    fn wire(&self) -> Self::Form {
        self.iter().map(T::wire).collect()
    }
}

/// Declares a struct whose fields are the entries of a dictionary on the bus; fields under `beside` are never sent.
macro_rules! dictionary {
    (
        $(#[$about:meta])*
        pub struct $name:ident {
            $($(#[$meta:meta])* $key:literal => $field:ident: $type:ty,)*
        }
        beside {
            $($(#[$inner_meta:meta])* $inner:ident: $inner_type:ty,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            $($(#[$meta])* #[serde(rename = $key)] pub $field: $type,)*
            $($(#[$inner_meta])* #[serde(skip)] pub $inner: $inner_type,)*
        }

        impl $name {
            /// The names of the entries on the bus.
            pub const KEYS: &'static [&'static str] = &[$($key),*];

            /// All entries, encoded for the bus.
            pub fn entries(&self) -> $crate::wire::Entries {
                std::collections::HashMap::from([$(($key, $crate::wire::Wire::wire(&self.$field).into())),*])
            }

            /// Reads what another program sent; entries that are missing or have another type are empty.
            pub fn read(sent: &serde_json::Map<String, serde_json::Value>) -> Self {
                let parse = |entries| serde_json::from_value::<Self>(serde_json::Value::Object(entries));
                parse(sent.clone()).unwrap_or_else(|_| {
                    let entries = sent.iter().map(|(name, value)| (name.clone(), value.clone()));
                    let valid = entries.filter(|entry| parse(serde_json::Map::from_iter([entry.clone()])).is_ok());
                    parse(valid.collect()).unwrap_or_default()
                })
            }

            /// The entries as JSON, by their names on the bus.
            pub fn to_json(&self) -> serde_json::Map<String, serde_json::Value> {
                match serde_json::to_value(self) {
                    Ok(serde_json::Value::Object(map)) => map,
                    // Unreachable: a struct with named fields always becomes a map.
                    _ => serde_json::Map::new(),
                }
            }
        }
    };
}
pub(crate) use dictionary;
