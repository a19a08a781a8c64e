//! Real codes with their meaning, for samples that look like practice.

use crate::domain::code_system::CodeSystem;

/// A laboratory analysis with what its results look like.
pub(super) struct Analysis {
    pub(super) code: &'static str,
    pub(super) text: &'static str,
    pub(super) unit: &'static str,
    /// Reference range, in units of the last decimal.
    pub(super) low: i64,
    pub(super) high: i64,
    pub(super) decimals: u32,
    /// Results in words; empty for an analysis that is measured.
    pub(super) words: &'static [&'static str],
}

const fn measured(
    code: &'static str,
    text: &'static str,
    unit: &'static str,
    range: (i64, i64),
    decimals: u32,
) -> Analysis {
    Analysis { code, text, unit, low: range.0, high: range.1, decimals, words: &[] }
}

const fn told(code: &'static str, text: &'static str, words: &'static [&'static str]) -> Analysis {
    Analysis { code, text, unit: "", low: 0, high: 0, decimals: 0, words }
}

/// Analyses of general practice, with LOINC codes and one of a laboratory's
/// own.
pub(super) const ANALYSES: [Analysis; 28] = [
    measured("2951-2", "Sodium", "mmol/L", (136, 145), 0),
    measured("2823-3", "Potassium", "mmol/L", (35, 51), 1),
    measured("2075-0", "Chloride", "mmol/L", (98, 107), 0),
    measured("2160-0", "Creatinine", "mg/dL", (60, 120), 2),
    measured("3094-0", "Urea nitrogen", "mg/dL", (7, 20), 0),
    measured("2345-7", "Glucose", "mg/dL", (70, 100), 0),
    measured("4548-4", "HbA1c", "%", (40, 60), 1),
    measured("2093-3", "Cholesterol", "mg/dL", (120, 190), 0),
    measured("2085-9", "HDL", "mg/dL", (40, 80), 0),
    measured("13457-7", "LDL", "mg/dL", (50, 115), 0),
    measured("2571-8", "Triglycerides", "mg/dL", (50, 150), 0),
    measured("718-7", "Hemoglobin", "g/dL", (120, 170), 1),
    measured("4544-3", "Hematocrit", "%", (360, 500), 1),
    measured("789-8", "Erythrocytes", "10*6/uL", (400, 580), 2),
    measured("6690-2", "Leukocytes", "10*3/uL", (400, 1000), 2),
    measured("777-3", "Platelets", "10*3/uL", (150, 400), 0),
    measured("787-2", "MCV", "fL", (800, 960), 1),
    measured("1742-6", "ALT", "U/L", (7, 45), 0),
    measured("1920-8", "AST", "U/L", (8, 40), 0),
    measured("2324-2", "GGT", "U/L", (8, 61), 0),
    measured("3016-3", "TSH", "m[IU]/L", (27, 420), 2),
    measured("1988-5", "CRP", "mg/L", (0, 50), 1),
    measured("2276-4", "Ferritin", "ng/mL", (15, 300), 0),
    measured("33914-3", "eGFR", "mL/min", (60, 120), 0),
    measured("2857-1", "PSA", "ng/mL", (0, 400), 2),
    measured("LOCAL-VITD", "Vitamin D", "ng/mL", (200, 600), 1),
    told("5803-2", "pH strip urine", &["normal", "acid"]),
    told("630-4", "Urine culture", &["negative", "E. coli", "mixed flora"]),
];

/// What laboratories remark.
pub(super) const REMARKS: [&str; 4] = ["fasting", "hemolytic", "repeat", "by phone"];

/// A code with its text.
pub(super) type Coded = (&'static str, &'static str);

/// Some codes of a system.
pub(super) fn of(system: CodeSystem) -> &'static [Coded] {
    match system {
        CodeSystem::Atc => &ATC,
        CodeSystem::Cnk => &CNK,
        CodeSystem::Healthdata => &HEALTHDATA,
        CodeSystem::HealthdataSeveral => &HEALTHDATA_SEVERAL,
        CodeSystem::Icd10 => &ICD10,
        CodeSystem::Icpc2 => &ICPC2,
        CodeSystem::Loinc => &LOINC,
        CodeSystem::Nihdi => &NIHDI,
        CodeSystem::RxNorm => &RXNORM,
        CodeSystem::SnomedCt => &SNOMED_CT,
    }
}

const ATC: [Coded; 14] = [
    ("A02BC01", "omeprazole"),
    ("A10BA02", "metformin"),
    ("B01AC06", "acetylsalicylic acid"),
    ("C07AB07", "bisoprolol"),
    ("C08CA01", "amlodipine"),
    ("C09AA03", "lisinopril"),
    ("C10AA05", "atorvastatin"),
    ("H03AA01", "levothyroxine"),
    ("J01CA04", "amoxicillin"),
    ("M01AE01", "ibuprofen"),
    ("N02BE01", "paracetamol"),
    ("N05BA06", "lorazepam"),
    ("N06AB10", "escitalopram"),
    ("R03AC02", "salbutamol"),
];
const CNK: [Coded; 4] = [
    ("0029025", "Augmentin 500/125"),
    ("0132407", "Terra-Cortril + Polymyxine B"),
    ("0318717", "Adalat tabl."),
    ("0857995", "Ticlid 250 mg"),
];
/// Stand-ins for lists that are not known here.
const HEALTHDATA: [Coded; 4] = [("1001", ""), ("1002", ""), ("1003", ""), ("74964007", "")];
const HEALTHDATA_SEVERAL: [Coded; 3] = [("1001", ""), ("1001|1002", ""), ("1002|1003", "")];
/// Of the fictitious physicians.
const NIHDI: [Coded; 2] = [("19990017004", ""), ("19990215004", "")];
const ICD10: [Coded; 12] = [
    ("E03.9", "Hypothyroidism, unspecified"),
    ("E11.9", "Type 2 diabetes mellitus without complications"),
    ("E78.5", "Hyperlipidaemia, unspecified"),
    ("F32.9", "Depressive episode, unspecified"),
    ("I10", "Essential hypertension"),
    ("I48.9", "Atrial fibrillation, unspecified"),
    ("J06.9", "Acute upper respiratory infection"),
    ("J45.9", "Asthma, unspecified"),
    ("K21.9", "Gastro-oesophageal reflux disease"),
    ("M54.5", "Low back pain"),
    ("N39.0", "Urinary tract infection"),
    ("R51", "Headache"),
];
pub(super) const ICPC2: [Coded; 14] = [
    ("A97", "No disease"),
    ("D84", "Oesophagus disease"),
    ("H71", "Acute otitis media"),
    ("K74", "Ischaemic heart disease with angina"),
    ("K86", "Hypertension uncomplicated"),
    ("L03", "Low back symptom"),
    ("P76", "Depressive disorder"),
    ("R05", "Cough"),
    ("R74", "Upper respiratory infection acute"),
    ("R96", "Asthma"),
    ("S87", "Atopic eczema"),
    ("T90", "Diabetes non-insulin dependent"),
    ("T93", "Lipid disorder"),
    ("U71", "Cystitis"),
];
const LOINC: [Coded; 4] = [
    ("2951-2", "Sodium"),
    ("718-7", "Hemoglobin"),
    ("2345-7", "Glucose"),
    ("8480-6", "Systolic blood pressure"),
];
const RXNORM: [Coded; 5] = [
    ("197361", "Amlodipine 5 MG Oral Tablet"),
    ("308136", "amLODIPine 2.5 MG Oral Tablet"),
    ("313782", "Acetaminophen 325 MG Oral Tablet"),
    ("314076", "lisinopril 10 MG Oral Tablet"),
    ("665078", "Loratadine 5 MG Chewable Tablet"),
];
const SNOMED_CT: [Coded; 10] = [
    ("22298006", "Myocardial infarction"),
    ("38341003", "Hypertensive disorder"),
    ("44054006", "Diabetes mellitus type 2"),
    ("49436004", "Atrial fibrillation"),
    ("53741008", "Coronary arteriosclerosis"),
    ("55822004", "Hyperlipidaemia"),
    ("73211009", "Diabetes mellitus"),
    ("82423001", "Chronic pain"),
    ("195662009", "Acute viral pharyngitis"),
    ("195967001", "Asthma"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_passes_the_check_of_its_system() {
        for system in CodeSystem::ALL {
            for (code, text) in of(system) {
                assert_eq!(system.check(code), Ok(()), "{code} {text}");
            }
        }
        for analysis in &ANALYSES {
            assert_eq!(CodeSystem::Loinc.check(analysis.code), Ok(()), "{}", analysis.code);
        }
    }
}
