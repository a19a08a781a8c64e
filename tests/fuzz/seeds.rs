//! What the fuzzer begins with: the product's own workbooks, expressions and
//! files, each as an input of its target.

use std::{
    fs,
    io::{Cursor, Read},
    path::{Path, PathBuf},
};

use super::{
    evaluate, expression,
    trial::{OF_REPEAT, VARIABLES},
    workbook::{BETWEEN, PARTS, SHEETS},
};

/// The seeds of `target`; `project` is the folder of the product.
pub fn of(target: &str, project: &Path) -> Vec<Vec<u8>> {
    match target {
        "workbook" => workbooks(project),
        "expression" => expressions(project),
        "evaluate" => rows(project),
        "csv" => files(project),
        other => panic!("there is no target {other}"),
    }
}

fn workbooks(project: &Path) -> Vec<Vec<u8>> {
    let fixture = fs::read(project.join("tests/fixtures/definition/intego-lab.xlsx")).unwrap();
    let mut seeds = vec![[&[0][..], &fixture].concat()];
    let mut archive = zip::ZipArchive::new(Cursor::new(&fixture)).unwrap();
    let mut parts = vec![3];
    for name in PARTS {
        if let Ok(mut part) = archive.by_name(name) {
            part.read_to_end(&mut parts).unwrap();
        }
        parts.push(BETWEEN);
    }
    seeds.push(parts);
    for folder in sorted(&project.join("assets/definitions")) {
        let sheets: Vec<Vec<u8>> = SHEETS
            .iter()
            .map(|name| fs::read(folder.join(format!("{name}.csv"))).unwrap_or_default())
            .collect();
        seeds.push([&[1], &sheets.join(&BETWEEN)[..]].concat());
        seeds.push([&[2], &sheets.join(&BETWEEN)[..]].concat());
    }
    const SURVEYS: [&str; 6] = [
        "type,name,hd::key,relevant\ntext,K,yes,\nbegin_group,G,,${K} != ''\ninteger,N,,\nend_group,,,\n",
        "type,name,hd::key,repeat_count,constraint\ntext,K,yes,,\nbegin_repeat,R,,2,\ninteger,N,,,. > 1\nend_repeat,,,,\n",
        "type,name,hd::key,choice_filter,parameters\ntext,K,yes,,\nselect_one L,A,,,\nselect_one L,B,,x = ${A},\n\
         select_one_from_file places.csv,C,,,value=code label=town\nrange,D,,,start=0 end=1 step=0.1\n\u{1d}\
         list_name,name,label,x\nL,a,A,a\nL,b,B,b\n\u{1d}\u{1d}\u{1d}code,town\n1000,Brussel\n",
        "type,name,hd::key,calculation,default\ntext,K,yes,,\ncalculate,A,,string-length(${K}),\n\
         calculate,B,,\"if(${A} > 3, 'x', '')\",\nacknowledge,C,,,\nselect_multiple L or_other,D,,,\n\u{1d}\
         list_name,name,label::Dutch (nl)\nL,a,A\n",
        "type,name,hd::role,hd::key,hd::code_system,destination::hd\ntext,IDC_PAT,patient,yes,,\n\
         select_one S,S,,,,yes\ntext,C,,,${S},yes\n\u{1d}list_name,name\nS,ICD10\nS,LOCAL\n",
        "type,name,hd::key,required,required_message::French,hd::number_format,name::technical,readonly\n\
         text,K,yes,${N} > 3,dites,,T_K,\ndecimal,N,,,,4.1,,yes\nnote,X,,,,,,\ntime,T,,,,,,\ndateTime,U,,,,,,\n",
    ];
    for survey in SURVEYS {
        seeds.extend([1, 2].map(|kind| [&[kind], survey.as_bytes()].concat()));
    }
    seeds
}

/// Expressions of the table, with the values that they see.
fn table(project: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(project.join("tests/expressions.tsv")).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut fields = line.split('\t');
            (fields.next().unwrap().to_owned(), fields.next().unwrap_or_default().to_owned())
        })
        .collect()
}

fn expressions(project: &Path) -> Vec<Vec<u8>> {
    let places = 0..expression::PLACES.len() as u8;
    let chosen = table(project).into_iter().zip(places.cycle());
    let mut seeds: Vec<Vec<u8>> =
        chosen.map(|((text, _), place)| [&[place], text.as_bytes()].concat()).collect();
    let calculation =
        expression::PLACES.iter().position(|(_, column)| *column == "calculation").unwrap() as u8;
    seeds.extend(table(project).into_iter().map(|(text, _)| [&[calculation], text.as_bytes()].concat()));
    seeds
}

fn rows(project: &Path) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (text, given) in table(project) {
        let said = |name: &str| {
            given.split("; ").filter_map(|part| part.split_once('=')).find(|(known, _)| *known == name)
        };
        let value = |name: &str| said(name).map_or("", |(_, value)| value).replace(' ', "|");
        let row = match (said("inside"), said("this")) {
            (Some(_), _) => "in_c",
            (None, Some(_)) => "d",
            (None, None) => "c",
        };
        let place = evaluate::PLACES.iter().position(|(known, _)| *known == row).unwrap();
        let cells = VARIABLES.map(|(name, _)| if name == "K" { "k".to_owned() } else { value(name) });
        let instances = (0..4).map(|number| {
            let member = |name: &str| {
                let values = said(name).map_or("", |(_, values)| values);
                format!("\"{name}\":\"{}\"", values.split('|').nth(number).unwrap_or_default())
            };
            format!("{{{}}}", OF_REPEAT.map(|(name, _)| member(name)).join(","))
        });
        let json = format!("[{}]", instances.collect::<Vec<_>>().join(","));
        seeds.push(format!("{}{text}\n\n{}\n{json}", "\t".repeat(place), cells.join("\n")).into_bytes());
    }
    seeds
}

fn files(project: &Path) -> Vec<Vec<u8>> {
    let header = "K;t;u;i;d;day;at;clock;one;many;child[1]/name;child[1]/age;child[2]/name;STATUS";
    let row = "k1;a b;\"x;\"\"y\"\"\";3;1,5;29/02/2024;2024-01-01T10:00;08:30;red;red|blue;Jan;4;;draft";
    let mut seeds = Vec::new();
    for end in ["\n", "\r\n", "\r"] {
        let text = [header, row, "k2;Liège;\"a\nb\"", "", row].join(end);
        seeds.extend((0..5).map(|dialect| [&[dialect], text.as_bytes()].concat()));
    }
    let json = "K,t,child,TX_AUTHOR\nk1,été,\"[{\"\"name\"\":\"\"x\"\",\"\"age\"\":3}]\",a@b.example\n";
    seeds.push([&[0], json.as_bytes()].concat());
    seeds.push([&[2], "\u{feff}".as_bytes()].concat());
    seeds.push([&[0], "K;t\n\u{feff}k;b\n".as_bytes()].concat());
    seeds.push([&[0][..], b"K\tt\nk\tLi\xE8ge\n"].concat());
    for folder in ["assets/sample", "tests/fixtures/extract"] {
        for path in sorted(&project.join(folder)) {
            let bytes = fs::read(path).unwrap();
            seeds.push([&[0], &bytes[..bytes.len().min(2_000)]].concat());
        }
    }
    seeds
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
