//! What a page shows, by name: `content! { rows, title => group.title }`.

/// Makes the content of a page of values that can be serialised.
macro_rules! content {
    (@value $name:ident) => { minijinja::Value::from(minijinja::value::Serde(&$name)) };
    (@value $name:ident $value:expr) => { minijinja::Value::from(minijinja::value::Serde(&$value)) };
    ($($name:ident $(=> $value:expr)?),* $(,)?) => {
        minijinja::Value::from_pairs([
            $((stringify!($name), content!(@value $name $($value)?))),*
        ])
    };
}

pub(super) use content;
