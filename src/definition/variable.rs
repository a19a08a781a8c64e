//! Variables: what a row of the sheet `survey` says.

use std::ops::Range;

use crate::definition::{
    expression::{Calculation, Expression},
    text::Texts,
};
use crate::{domain::code_system::CodeSystem, language::Language};

/// One variable of a definition.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name: the column of a file, the name on the wire.
    pub name: String,
    /// Its name in the data warehouse of healthdata.be; its name if none is
    /// given.
    pub technical: String,
    /// What a form shows.
    pub labels: Texts,
    /// What a form explains below the label.
    pub hints: Texts,
    /// What a form explains when somebody asks for more.
    pub guidance: Texts,
    /// How a form shows it, as the workbook says it.
    pub appearance: String,
    /// The sources that a form could fill it from, by name, as the workbook
    /// says them.
    pub sources: Vec<(String, String)>,
    /// The type of its values.
    pub kind: Kind,
    /// The place of the repeat that it is in.
    pub repeat: Option<usize>,
    /// What gives its value; a file's own value only warns if it differs.
    pub calculation: Option<Calculation>,
    /// Which of its list's choices it may have.
    pub filter: Option<Expression>,
    /// Whether it must have a value.
    pub required: Required,
    /// What a person reads if it has none.
    pub required_message: Texts,
    /// When it is asked at all; the conditions of its groups included.
    pub relevant: Option<Expression>,
    /// What its value must fulfil.
    pub constraint: Option<Expression>,
    /// What a person reads if it does not.
    pub constraint_message: Texts,
    /// What a form starts with, as the workbook says it; a file's empty cell
    /// stays empty.
    pub default: String,
    /// What works out the value that a form starts with, if the default is an
    /// expression.
    pub begins: Option<Calculation>,
    /// Whether a form shows it without letting it be changed.
    pub read_only: bool,
    /// How many digits it may have.
    pub format: Option<NumberFormat>,
    /// Whether its value is part of the business key.
    pub key: bool,
    /// What it stands for, if the appliance has to know.
    pub role: Option<Role>,
    /// Whether its value tells who the patient is: by itself, or because it is
    /// calculated from what does or begins with it.
    pub identifies: bool,
    /// How its codes are checked.
    pub codes: Option<Codes>,
    /// Where its value goes.
    pub destinations: Destinations,
    /// Its row in the sheet.
    pub row: u32,
}

impl Variable {
    /// What it is called in files and by clients: a name counts before another
    /// variable's technical name.
    pub const NAMES: [fn(&Self) -> &str; 2] = [|variable| &variable.name, |variable| &variable.technical];

    /// What it is called in `language`: its name where it has no label, as
    /// calculations often have none.
    pub fn label(&self, language: Language) -> &str {
        match self.labels.get(language) {
            "" => &self.name,
            label => label,
        }
    }

    /// A variable of which nothing is known but its name and type.
    pub(crate) fn plain(name: String, kind: Kind) -> Self {
        Self {
            technical: name.clone(),
            name,
            labels: Texts::default(),
            hints: Texts::default(),
            guidance: Texts::default(),
            appearance: String::new(),
            sources: Vec::new(),
            kind,
            repeat: None,
            calculation: None,
            filter: None,
            required: Required::Never,
            required_message: Texts::default(),
            relevant: None,
            constraint: None,
            constraint_message: Texts::default(),
            default: String::new(),
            begins: None,
            read_only: false,
            format: None,
            key: false,
            role: None,
            identifies: false,
            codes: None,
            destinations: Destinations::default(),
            row: 0,
        }
    }
}

/// Rows that make a form note how it was filled in. A file of registrations
/// has no such thing, so they are accepted and mean nothing.
pub(super) fn is_metadata(kind: &str) -> bool {
    const KINDS: [&str; 10] = [
        "start",
        "end",
        "today",
        "deviceid",
        "username",
        "email",
        "phonenumber",
        "subscriberid",
        "simserial",
        "audit",
    ];
    KINDS.contains(&kind)
}

/// The type of a variable's values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// One of the list at this place of the definition's lists.
    SelectOne(usize),
    /// Any of the list, separated by `|`.
    SelectMultiple(usize),
    /// Free text.
    Text,
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// A date with a time; the date alone is accepted and stays one.
    DateTime,
}

impl Kind {
    /// The type, as XLSForm calls it, without its list.
    pub fn word(self) -> &'static str {
        match self {
            Self::SelectOne(_) => "select_one",
            Self::SelectMultiple(_) => "select_multiple",
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Date => "date",
            Self::Time => "time",
            Self::DateTime => "dateTime",
        }
    }
}

/// Whether a variable must have a value.
#[derive(Clone, Debug)]
pub enum Required {
    /// It may be empty.
    Never,
    /// It must have a value wherever it is relevant.
    Always,
    /// It must have one where this holds.
    When(Expression),
}

/// `hd::number_format`, written `x.y`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NumberFormat {
    /// The most digits in all.
    pub total: u32,
    /// The most digits after the point.
    pub decimals: u32,
}

/// What a variable stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// The patient's number in the national register: never to the platform.
    Patient,
    /// Whether the identifier is to be generated from the patient's names,
    /// birth date and sex.
    PatientGenerated,
    /// The hospital's own number of the patient.
    PatientInternal,
    /// The patient's birth date.
    BirthDate,
    /// The patient's sex.
    Sex,
    /// The patient's last name.
    LastName,
    /// The patient's first name.
    FirstName,
    /// The physician's NIHDI number, by which enrolment is judged.
    Physician,
    /// A Belgian postal code.
    PostalCode,
    /// The country that the postal code belongs to.
    Country,
    /// An enterprise number (CBE, KBO, BCE).
    Enterprise,
}

impl Role {
    const NAMES: [(&'static str, Self); 11] = [
        ("patient", Self::Patient),
        ("patient_generated", Self::PatientGenerated),
        ("patient_internal", Self::PatientInternal),
        ("birth_date", Self::BirthDate),
        ("sex", Self::Sex),
        ("last_name", Self::LastName),
        ("first_name", Self::FirstName),
        ("physician", Self::Physician),
        ("postal_code", Self::PostalCode),
        ("country", Self::Country),
        ("enterprise", Self::Enterprise),
    ];

    /// The role that the column `hd::role` calls `name`.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, role)| *role)
    }

    /// The role that a variable of this name has in the published
    /// definitions, of those that deal with whom a registration is about.
    pub fn of_variable(name: &str) -> Option<Self> {
        Some(match name {
            "IDC_PAT" => Self::Patient,
            "TX_IDC_PAT_GENER" => Self::PatientGenerated,
            "TX_IDC_PAT_INT" => Self::PatientInternal,
            "D_PAT_DOB" | "DT_PAT_DOB" => Self::BirthDate,
            "CD_PAT_SEX" => Self::Sex,
            "TX_PAT_LAST_NAM" => Self::LastName,
            "TX_PAT_FIRST_NAM" => Self::FirstName,
            "CD_HPIN" => Self::Physician,
            _ => return None,
        })
    }

    /// Whether values of this type can play the role.
    pub fn fits(self, kind: Kind) -> bool {
        match self {
            Self::BirthDate => kind == Kind::Date,
            Self::Sex | Self::Country | Self::PatientGenerated => {
                matches!(kind, Kind::SelectOne(_) | Kind::Text)
            }
            _ => kind == Kind::Text,
        }
    }

    /// Whether it tells who the patient is, so that by itself it stays here.
    pub fn is_identity(self) -> bool {
        matches!(
            self,
            Self::Patient
                | Self::PatientGenerated
                | Self::PatientInternal
                | Self::BirthDate
                | Self::LastName
                | Self::FirstName
        )
    }
}

/// Which coding system the values of a variable are codes of.
#[derive(Clone, Debug, PartialEq)]
pub enum Codes {
    /// Always this one.
    Of(CodeSystem),
    /// The one that another variable tells, for each of its list's choices.
    Told {
        /// The other variable.
        by: usize,
        /// The system of each choice; none for one that cannot be checked.
        systems: Vec<Option<CodeSystem>>,
    },
}

/// Where a value goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Destinations {
    /// To the platform of healthdata.be.
    pub hd: bool,
    /// To HD4DP's local client, as the workbook says it.
    pub hd_client: bool,
    /// To the National Intermutualistic College.
    pub nippin: bool,
    /// The element's name in the message to the College.
    pub nippin_xml_name: String,
    /// The condition under which it is in that message, as written.
    pub nippin_relevant: String,
    /// To the Inter-Mutualist Agency.
    pub ima: bool,
}

/// A part of a form that a registration has any number of times.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// Its name: what a file's columns and the wire call it.
    pub name: String,
    /// Its title.
    pub labels: Texts,
    /// When it is asked at all; its variables have this condition, too.
    pub relevant: Option<Expression>,
    /// How many instances there must be, if the workbook says so.
    pub count: Option<Calculation>,
    /// The places of its variables, which stand together.
    pub variables: Range<usize>,
    /// Its row in the sheet.
    pub row: u32,
}
