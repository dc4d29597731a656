//! How values look on the bus. A dictionary (all properties, one disk, one run) is declared once, with the names of the bus, and
//! goes from there to `PropertiesChanged`, to the lists, to JSON, and back. Knows no property by name.

use std::collections::HashMap;

use zbus::Variant;

use super::{Facts, harmless};

/// An `a{sv}` to be sent.
pub type Entries = HashMap<&'static str, Variant<'static>>;

/// A value that the bus can carry. Strings are made harmless on the way out, once: labels, file names and job names are anybody's.
pub trait Wire {
    /// What it becomes.
    type Form: Into<Variant<'static>>;

    /// The value as the bus carries it.
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

/// Declares a struct whose fields are the entries of a dictionary on the bus; those under `beside` never leave the program.
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

            /// All entries, as the bus carries them.
            pub fn entries(&self) -> $crate::wire::Entries {
                std::collections::HashMap::from([$(($key, $crate::wire::Wire::wire(&self.$field).into())),*])
            }

            /// What another program was told; what is missing there, or of another type than here, is empty.
            pub fn read(told: &serde_json::Map<String, serde_json::Value>) -> Self {
                let whole = |told| serde_json::from_value::<Self>(serde_json::Value::Object(told));
                whole(told.clone()).unwrap_or_else(|_| {
                    let entries = told.iter().map(|(name, value)| (name.clone(), value.clone()));
                    let fitting = entries.filter(|entry| whole(serde_json::Map::from_iter([entry.clone()])).is_ok());
                    whole(fitting.collect()).unwrap_or_default()
                })
            }

            /// The entries as JSON, under the names of the bus.
            pub fn to_json(&self) -> serde_json::Map<String, serde_json::Value> {
                match serde_json::to_value(self) {
                    Ok(serde_json::Value::Object(map)) => map,
                    // A struct with plain fields is always a map.
                    _ => serde_json::Map::new(),
                }
            }
        }
    };
}
pub(crate) use dictionary;
