//! Definitions as the API has them: those in use are kept, since reading one
//! takes longer than judging a registration by it.

use std::{
    collections::{HashMap, HashSet},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::civil::Date;

use super::number::{self, Number};
use crate::{
    clock,
    definition::{Definition, Summary, Variable, Version, bundled},
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
    /// For each repeat the places of its variables.
    inside: Vec<HashMap<String, usize>>,
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

/// The definitions that were asked for last, and what is remembered of all that
/// ever were.
#[derive(Default)]
pub struct Shelf(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// The one asked for last comes last.
    known: Vec<(Key, Arc<Known>)>,
    summaries: HashMap<Key, Arc<Summary>>,
    /// What the fields and code lists of a definition can be asked for by: their
    /// names in small letters, and their numbers.
    handles: HashMap<Key, HashSet<String>>,
}

/// So many definitions are kept whole: some have code lists of megabytes.
const MOST_KEPT: usize = 8;

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

    fn key(&self) -> Key {
        (self.name.clone(), self.version, self.id)
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
    /// The definition, read if it is not among those asked for last.
    ///
    /// # Errors
    ///
    /// `NotFound`.
    pub fn get(&self, tx: &Tx<'_>, listed: &Listed) -> Result<Arc<Known>> {
        let key = listed.key();
        if let Some(known) = self.lock().take(&key) {
            return Ok(known);
        }
        let definition = definition::find(tx, &format!("{}@{}", listed.name, listed.version))?;
        let known = Arc::new(Known::new(definition, listed.id));
        self.lock().put(key, &known);
        Ok(known)
    }

    /// What the definition says of itself.
    ///
    /// # Errors
    ///
    /// `NotFound`.
    pub fn summary(&self, tx: &Tx<'_>, listed: &Listed) -> Result<Arc<Summary>> {
        let key = listed.key();
        if let Some(summary) = self.lock().summaries.get(&key) {
            return Ok(Arc::clone(summary));
        }
        let is_it = |summary: &Summary| summary.name == listed.name && summary.version == listed.version;
        let found = definition::all(tx)?.into_iter().find(is_it);
        let summary = Arc::new(found.ok_or_else(|| Error::new(Code::NotFound, "api-dcd-unknown"))?);
        self.lock().summaries.insert(key, Arc::clone(&summary));
        Ok(summary)
    }

    /// Those of `all` that have a field or code list of this name or number, or
    /// were never read and so may have one.
    pub fn holding(&self, all: Vec<Listed>, wanted: &str) -> Vec<Listed> {
        let (kept, wanted) = (self.lock(), wanted.to_ascii_lowercase());
        let may_have =
            |listed: &Listed| kept.handles.get(&listed.key()).is_none_or(|handles| handles.contains(&wanted));
        all.into_iter().filter(may_have).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn take(&mut self, key: &Key) -> Option<Arc<Known>> {
        let at = self.known.iter().position(|(known, _)| known == key)?;
        let found = self.known.remove(at);
        let known = Arc::clone(&found.1);
        self.known.push(found);
        Some(known)
    }

    fn put(&mut self, key: Key, known: &Arc<Known>) {
        let definition = &known.definition;
        self.handles.entry(key.clone()).or_insert_with(|| {
            let fields = definition.variables.iter().flat_map(|variable| {
                [variable.name.to_ascii_lowercase(), number::field(definition, &variable.name).to_string()]
            });
            let lists = definition.lists.iter().flat_map(|list| {
                let name = number::list_name(definition, list).to_ascii_lowercase();
                [list.name.to_ascii_lowercase(), name, number::list(definition, list).to_string()]
            });
            fields.chain(lists).collect()
        });
        self.known.retain(|(other, _)| *other != key);
        self.known.push((key, Arc::clone(known)));
        if self.known.len() > MOST_KEPT {
            self.known.remove(0);
        }
    }
}

impl Known {
    /// A definition and its key in the store.
    pub fn new(definition: Arc<Definition>, id: Option<i64>) -> Self {
        let mut places = HashMap::new();
        let outside = |variable: &&Variable| variable.repeat.is_none();
        for (at, repeat) in definition.repeats.iter().enumerate() {
            places.entry(repeat.name.to_lowercase()).or_insert(Place::Repeat(at));
            places.entry(repeat.name.clone()).or_insert(Place::Repeat(at));
        }
        for name_of in Variable::NAMES {
            for (at, variable) in definition.variables.iter().enumerate().filter(|(_, it)| outside(it)) {
                let name = name_of(variable);
                places.entry(name.to_lowercase()).or_insert(Place::Variable(at));
                places.entry(name.to_owned()).or_insert(Place::Variable(at));
            }
        }
        for (at, name) in TECHNICAL.into_iter().enumerate() {
            places.entry(name.to_lowercase()).or_insert(Place::Technical(at));
            places.entry(name.to_owned()).or_insert(Place::Technical(at));
        }
        let inside = definition.repeats.iter().map(|repeat| {
            let mut places = HashMap::new();
            for name_of in Variable::NAMES {
                for at in repeat.variables.clone() {
                    let name = name_of(&definition.variables[at]);
                    places.entry(name.to_lowercase()).or_insert(at);
                    places.entry(name.to_owned()).or_insert(at);
                }
            }
            places
        });
        let inside = inside.collect();
        let choices = definition.lists.iter().map(|list| {
            let numbered = list.choices.iter().enumerate();
            numbered.map(|(at, choice)| (number::choice(&definition, list, &choice.code), at)).collect()
        });
        Self { choices: choices.collect(), places, inside, validators: Mutex::default(), definition, id }
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

    /// The variable that the member called `name` means in an instance of this
    /// repeat.
    pub fn place_inside(&self, repeat: usize, name: &str) -> Option<usize> {
        let places = self.inside.get(repeat)?;
        places.get(name).or_else(|| places.get(name.to_lowercase().as_str())).copied()
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
    if let Some(version) = version.filter(|version| !is_latest(version)) {
        all.retain(|listed| listed.is_version(version));
    }
    let Some(first) = all.first() else { return Err(Error::new(Code::NotFound, "api-dcd-unknown")) };
    if all.iter().any(|other| other.name != first.name) {
        return Err(Error::new(Code::Usage, "api-dcd-needed"));
    }
    // The highest version comes first.
    Ok(mem::take(&mut all).remove(0))
}

/// Whether `version` asks for the highest version, whichever that is.
pub fn is_latest(version: &str) -> bool {
    version.eq_ignore_ascii_case("latest")
}
