//! Definitions as the API has them: read once, since reading one takes longer
//! than judging a registration by it.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::civil::Date;

use super::number::{self, Number};
use crate::{
    clock,
    definition::{Definition, Variable, Version, bundled},
    error::{Code, Error, Result},
    intake::header::TECHNICAL,
    store::{Store, Tx, definition},
    validate::{Options, Validator},
};

/// A definition, and what is worked out about it.
pub struct Known {
    /// It.
    pub definition: Arc<Definition>,
    /// Its key in the store, if it was stored by then.
    id: Option<i64>,
    places: HashMap<String, Place>,
    /// For each list the places of its choices by their numbers.
    choices: Vec<HashMap<Number, usize>>,
    validators: Mutex<Vec<(Date, Validator)>>,
}

/// Where the value of a member goes.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Place {
    /// The variable at this place of the definition.
    Variable(usize),
    /// The repeat at this place of the definition.
    Repeat(usize),
    /// The technical column at this place of [`TECHNICAL`].
    Technical(usize),
}

/// What no two definitions share: name, version, and whether it is a stored one
/// or only bundled so far.
type Key = (String, Version, Option<i64>);

/// All definitions that were asked for.
#[derive(Default)]
pub struct Shelf(Mutex<HashMap<Key, Arc<Known>>>);

/// A definition as listed.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The project's number, `HDBP0147`.
    pub project: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
    id: Option<i64>,
}

impl Listed {
    /// Whether it is the one that `text` names, by its name or number.
    pub fn is(&self, text: &str) -> bool {
        self.name.eq_ignore_ascii_case(text) || text.parse() == Ok(number::definition(&self.name))
    }

    /// Its key in the store; none while it is only bundled.
    pub fn id(&self) -> Option<i64> {
        self.id
    }

    /// Whether it is the version that `text` names, by its number or as
    /// `1.0.0`.
    pub fn is_version(&self, text: &str) -> bool {
        let version = self.version.to_string();
        version == text || text.parse() == Ok(number::version(&self.name, &version))
    }
}

/// All definitions that can be used, by name, the highest version of each
/// first.
pub fn list(tx: &Tx<'_>) -> Result<Vec<Listed>> {
    let stored = definition::stored(tx)?.into_iter().filter_map(|(id, facts)| {
        let version = facts.version.parse().ok()?;
        Some(Listed { project: facts.project, name: facts.name, version, id: Some(id) })
    });
    let bundled = bundled().iter().map(|known| Listed {
        project: known.summary.project.clone(),
        name: known.summary.name.clone(),
        version: known.summary.version,
        id: None,
    });
    let mut all: Vec<_> = stored.chain(bundled).collect();
    // Of one that is both, the stored one comes first and counts.
    all.sort_by(|a, b| (&a.name, b.version, b.id).cmp(&(&b.name, a.version, a.id)));
    all.dedup_by(|a, b| (&a.name, a.version) == (&b.name, b.version));
    Ok(all)
}

impl Shelf {
    /// The definition, read at the first time that it is asked for.
    ///
    /// # Errors
    ///
    /// `NotFound`.
    pub fn get(&self, tx: &Tx<'_>, listed: &Listed) -> Result<Arc<Known>> {
        let key = (listed.name.clone(), listed.version, listed.id);
        if let Some(known) = self.lock().get(&key) {
            return Ok(Arc::clone(known));
        }
        let definition = definition::find(tx, &format!("{}@{}", listed.name, listed.version))?;
        let known = Arc::new(Known::new(definition, listed.id));
        self.lock().insert(key, Arc::clone(&known));
        Ok(known)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Arc<Known>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn new(definition: Arc<Definition>, id: Option<i64>) -> Self {
        let mut places = HashMap::new();
        let outside = |variable: &&Variable| variable.repeat.is_none();
        for (at, repeat) in definition.repeats.iter().enumerate() {
            places.entry(repeat.name.to_lowercase()).or_insert(Place::Repeat(at));
            places.entry(repeat.name.clone()).or_insert(Place::Repeat(at));
        }
        for (at, variable) in definition.variables.iter().enumerate().filter(|(_, it)| outside(it)) {
            for name in [&variable.name, &variable.technical] {
                places.entry(name.to_lowercase()).or_insert(Place::Variable(at));
                places.entry(name.clone()).or_insert(Place::Variable(at));
            }
        }
        for (at, name) in TECHNICAL.into_iter().enumerate() {
            places.entry(name.to_lowercase()).or_insert(Place::Technical(at));
            places.entry(name.to_owned()).or_insert(Place::Technical(at));
        }
        let choices = definition.lists.iter().map(|list| {
            let numbered = list.choices.iter().enumerate();
            numbered.map(|(at, choice)| (number::choice(&definition, list, &choice.code), at)).collect()
        });
        Self { choices: choices.collect(), places, validators: Mutex::default(), definition, id }
    }

    /// The definition's key in the store; it is stored if it was only bundled so
    /// far.
    pub fn key(&self, store: &Store) -> Result<i64> {
        match self.id {
            Some(id) => Ok(id),
            None => store.write(|tx| Ok(definition::add(tx, &self.definition)?.0)),
        }
    }

    /// Where the value of the member called `name` goes.
    pub fn place(&self, name: &str) -> Option<Place> {
        let exact = self.places.get(name);
        exact.or_else(|| self.places.get(name.to_lowercase().as_str())).copied()
    }

    /// The code of the choice with this number.
    pub fn code(&self, list: usize, number: Number) -> Option<&str> {
        let at = *self.choices.get(list)?.get(&number)?;
        Some(&self.definition.lists[list].choices[at].code)
    }

    /// Has `act` use a validator of today. They are used again, because making
    /// one takes longer than judging a registration.
    pub fn validating<T>(&self, moduli: &[u64], act: impl FnOnce(&mut Validator) -> T) -> T {
        let today = clock::today();
        let mut kept = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(day, _)| *day == today);
        let used = kept.pop();
        drop(kept);
        let mut validator = used.map_or_else(
            || {
                let nihii_moduli = moduli.to_vec();
                let options = Options { today, now: clock::now(), decimal_comma: false, nihii_moduli };
                Validator::new(Arc::clone(&self.definition), options)
            },
            |(_, validator)| validator,
        );
        validator.set_now(clock::now());
        let done = act(&mut validator);
        self.validators.lock().unwrap_or_else(PoisonError::into_inner).push((today, validator));
        done
    }
}

/// The one definition that a request means.
///
/// # Errors
///
/// `NotFound` for one that is not there; `Usage` if none is named and there
/// is more than one.
pub fn choose(mut all: Vec<Listed>, wanted: Option<&str>, version: Option<&str>) -> Result<Listed> {
    if let Some(wanted) = wanted {
        all.retain(|listed| listed.is(wanted));
    }
    if let Some(version) = version.filter(|version| !version.eq_ignore_ascii_case("latest")) {
        all.retain(|listed| listed.is_version(version));
    }
    let Some(first) = all.first() else { return Err(Error::new(Code::NotFound, "api-dcd-unknown")) };
    if all.iter().any(|other| other.name != first.name) {
        return Err(Error::new(Code::Usage, "api-dcd-needed"));
    }
    // The highest version comes first.
    Ok(mem::take(&mut all).remove(0))
}
