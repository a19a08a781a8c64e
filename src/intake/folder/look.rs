//! One look into the drop folder: which folders are missing, which files lie
//! where. Links are never followed.

use std::{
    collections::{BTreeMap, HashSet},
    ffi::OsString,
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use super::{
    layout::{Layout, newest, versions},
    names,
    watch::Watch,
};
use crate::{
    definition::Summary,
    domain::organisation::{Organisation, OrganisationId},
    store::alert,
};

/// How deep below a folder that nobody knows is looked for files.
const DEEPEST: usize = 6;

/// By what one tells whether a file was written to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Seen {
    /// Bytes.
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified: i64,
}

impl Seen {
    /// The file at `path`, which must be one and not a link.
    pub fn at(path: &Path) -> io::Result<Self> {
        let metadata = fs::symlink_metadata(path)?;
        if metadata.is_file() { Ok(Self::of(&metadata)) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    /// What `metadata` says.
    pub fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().unwrap_or(UNIX_EPOCH);
        let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { size: metadata.len(), modified: since.as_nanos() as i64 }
    }
}

/// A file that was found.
pub struct Found {
    pub folder: PathBuf,
    pub name: OsString,
    pub seen: Seen,
    pub place: Place,
}

impl Found {
    pub fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }
}

/// What a file's place makes it.
#[derive(Clone)]
pub enum Place {
    /// An upload.
    Upload {
        organisation: OrganisationId,
        nihdi: String,
        /// The folder below the drop folder, with `/` between names.
        folder: String,
        /// The versions of the definition.
        versions: Vec<Arc<Summary>>,
    },
    /// Nobody can tell, for this reason.
    Misplaced { organisation: Option<(OrganisationId, String)>, reason: &'static str },
}

impl Place {
    /// What an alert about the place is about.
    pub fn subject(&self) -> String {
        match self {
            Self::Upload { nihdi, .. } | Self::Misplaced { organisation: Some((_, nihdi)), .. } => {
                alert::dropped(nihdi)
            }
            Self::Misplaced { organisation: None, .. } => alert::DROP_FOLDER.to_owned(),
        }
    }
}

/// What is wrong: a reason by the subject of its alert.
pub type Troubles = BTreeMap<String, &'static str>;

/// What one look found.
#[derive(Default)]
pub struct Look {
    pub files: Vec<Found>,
    /// The folders of definitions that could be listed, below the drop folder.
    pub listed: HashSet<String>,
    pub troubles: Troubles,
}

impl Look {
    /// Looks into the drop folder at `root`, which people know as `shown`.
    pub fn at(root: &Path, shown: &Path, layout: &Layout, watch: &Watch) -> Self {
        let mut look = Self::default();
        let none = Place::Misplaced { organisation: None, reason: "drop-no-organisation" };
        let Some(mut folders) = look.list(root, &none) else { return look };
        let active = layout.organisations.iter().filter(|organisation| organisation.is_active);
        for organisation in active {
            if !folders.iter().any(|name| names::is_organisation(name, organisation)) {
                look.make(root, names::organisation_folder(organisation), &mut folders, &none);
            }
        }
        for name in folders {
            let path = root.join(&name);
            match layout.organisation(&name) {
                Some(organisation) if organisation.is_active => {
                    watch.found(organisation.id, shown.join(&name));
                    look.organisation(&path, &name, organisation, layout);
                }
                Some(organisation) => {
                    look.misplaced(&path, Some(organisation), "drop-organisation-deactivated", 0);
                }
                None => look.misplaced(&path, None, "drop-organisation-unknown", 0),
            }
            watch.is_alive();
        }
        look
    }

    fn organisation(&mut self, path: &Path, below: &str, organisation: &Organisation, layout: &Layout) {
        let Some(mut folders) = self.list(path, &misplaced(Some(organisation), "drop-no-project")) else {
            return;
        };
        let none = misplaced(Some(organisation), "drop-project-unknown");
        for (name, project) in layout.projects(organisation) {
            if !folders.iter().any(|folder| names::is_project(folder, project)) {
                self.make(path, name, &mut folders, &none);
            }
        }
        for name in folders {
            let definitions = layout.project(&name);
            if definitions.is_empty() {
                self.misplaced(&path.join(&name), Some(organisation), "drop-project-unknown", 0);
            } else if definitions.iter().all(|known| !organisation.takes(&known.name)) {
                self.misplaced(&path.join(&name), Some(organisation), "drop-definition-limited", 0);
            } else {
                self.project(&path.join(&name), &format!("{below}/{name}"), organisation, &definitions);
            }
        }
    }

    fn project(
        &mut self,
        path: &Path,
        below: &str,
        organisation: &Organisation,
        definitions: &[&Arc<Summary>],
    ) {
        let none = misplaced(Some(organisation), "drop-no-definition");
        let Some(mut folders) = self.list(path, &none) else { return };
        let taken = definitions.iter().copied().filter(|known| organisation.takes(&known.name));
        for definition in newest(taken) {
            let is_its = |folder: &String| {
                versions(folder, definitions).first().is_some_and(|known| known.name == definition.name)
            };
            if !folders.iter().any(is_its) {
                self.make(path, definition.name.clone(), &mut folders, &none);
            }
        }
        for name in folders {
            let versions: Vec<_> = versions(&name, definitions).into_iter().map(Arc::clone).collect();
            if versions.is_empty() {
                self.misplaced(&path.join(&name), Some(organisation), "drop-definition-unknown", 0);
                continue;
            }
            if !organisation.takes(&versions[0].name) {
                self.misplaced(&path.join(&name), Some(organisation), "drop-definition-limited", 0);
                continue;
            }
            let folder = format!("{below}/{name}");
            let place = Place::Upload {
                organisation: organisation.id,
                nihdi: organisation.nihdi.as_str().to_owned(),
                folder: folder.clone(),
                versions,
            };
            let Some(deeper) = self.list(&path.join(&name), &place) else { continue };
            self.listed.insert(folder);
            for inner in deeper {
                self.misplaced(&path.join(&name).join(inner), Some(organisation), "drop-too-deep", 0);
            }
        }
    }

    /// Everything in and below a folder lies wrong.
    fn misplaced(
        &mut self,
        path: &Path,
        organisation: Option<&Organisation>,
        reason: &'static str,
        depth: usize,
    ) {
        if depth > DEEPEST {
            return;
        }
        for inner in self.list(path, &misplaced(organisation, reason)).unwrap_or_default() {
            self.misplaced(&path.join(inner), organisation, reason, depth + 1);
        }
    }

    /// Lists a folder: its files are noted as lying at `place`, its folders are
    /// returned. A folder whose name is no text is passed over.
    fn list(&mut self, folder: &Path, place: &Place) -> Option<Vec<String>> {
        let listed = fs::read_dir(folder).and_then(|entries| {
            let (mut folders, mut files) = (Vec::new(), Vec::new());
            for entry in entries {
                let entry = entry?;
                let (kind, name) = (entry.file_type()?, entry.file_name());
                if kind.is_dir() && !names::is_closed(&name) {
                    folders.extend(name.into_string().ok());
                } else if kind.is_file() && !names::is_passed_over(&name) {
                    // One that is gone by now is no concern.
                    if let Ok(seen) = Seen::at(&entry.path()) {
                        let place = place.clone();
                        files.push(Found { folder: folder.to_owned(), name, seen, place });
                    }
                }
            }
            Ok((folders, files))
        });
        match listed {
            // Of a list that broke off nothing is used: an earlier file may be missing.
            Ok((folders, files)) => {
                self.files.extend(files);
                Some(folders)
            }
            Err(error) => {
                tracing::debug!(%error, "a folder of the drop folder cannot be listed");
                self.troubles.insert(place.subject(), "drop-unreadable");
                None
            }
        }
    }

    fn make(&mut self, parent: &Path, name: String, folders: &mut Vec<String>, place: &Place) {
        match fs::create_dir(parent.join(&name)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                tracing::debug!(%error, "a folder of the drop folder cannot be made");
                self.troubles.insert(place.subject(), "drop-unwritable");
            }
            _ => folders.push(name),
        }
    }
}

fn misplaced(organisation: Option<&Organisation>, reason: &'static str) -> Place {
    let named = |known: &Organisation| (known.id, known.nihdi.as_str().to_owned());
    Place::Misplaced { organisation: organisation.map(named), reason }
}
