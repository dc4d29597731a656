//! No two files of a crate import each other, over however many files in between: reading order is a line.
//!
//! A file depends on the file that defines what it names. A parent that only declares and re-exports is looked through, so
//! `crate::disks::Volume` leads to the file with `struct Volume`. A parent with code of its own counts like any other file.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use super::lexer::{Use, Words};
use super::structure::sources;

/// `["disks", "keys"]` for `crate::disks::keys`.
type ModulePath = Vec<String>;

/// The modules of one crate.
#[derive(Default)]
struct Crate(BTreeMap<ModulePath, Module>);

struct Module {
    file: String,
    words: Words,
}

/// What a path leads to.
enum Target {
    Module(ModulePath),
    /// Something that this module defines.
    Item(ModulePath),
    /// Another crate, a type's own name, a variable.
    Foreign,
}

/// Re-exports of re-exports; a circle of globs would have no end.
const DEEPEST: u8 = 12;

impl Crate {
    fn add(&mut self, file: &Path, root: &Path, code: &str) {
        let below = file.strip_prefix(root).expect("a file of the crate").with_extension("");
        let mut path: ModulePath = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if path.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
            path.pop();
        }
        self.0.insert(path, Module { file: file.display().to_string(), words: Words::read(code) });
    }

    fn child(&self, module: &[String], name: &str) -> Option<ModulePath> {
        let path: ModulePath = module.iter().cloned().chain([name.to_owned()]).collect();
        self.0.contains_key(&path).then_some(path)
    }

    /// Where a path leads that is written in `module`.
    fn locate(&self, module: &[String], path: &[String], depth: u8) -> Target {
        let mut base = module.to_vec();
        let mut rest = path;
        while let Some((first, others)) = rest.split_first() {
            match first.as_str() {
                "crate" => base.clear(),
                "super" => drop(base.pop()),
                "self" => {}
                _ => break,
            }
            rest = others;
        }
        let is_relative = rest.len() == path.len();
        if is_relative && !self.knows(module, &path[0]) {
            return Target::Foreign;
        }
        self.look_up(base, rest, depth)
    }

    /// Whether the name is a child or an import of the module.
    fn knows(&self, module: &[String], name: &str) -> bool {
        self.child(module, name).is_some() || self.import(module, name).is_some()
    }

    fn import(&self, module: &[String], name: &str) -> Option<&Use> {
        self.0.get(module)?.words.uses.iter().find(|import| import.name == name)
    }

    fn look_up(&self, module: ModulePath, rest: &[String], depth: u8) -> Target {
        let Some((name, others)) = rest.split_first() else { return Target::Module(module) };
        if let Some(child) = self.child(&module, name) {
            return self.look_up(child, others, depth);
        }
        let Some(deeper) = depth.checked_sub(1) else { return Target::Foreign };
        if let Some(import) = self.import(&module, name) {
            return match self.locate(&module, &import.path, deeper) {
                Target::Module(module) => self.look_up(module, others, deeper),
                other => other,
            };
        }
        let Some(here) = self.0.get(&module) else { return Target::Foreign };
        if here.words.defines.contains(name) {
            return Target::Item(module);
        }
        let globs = here.words.uses.iter().filter(|import| import.name == "*");
        let through = globs.filter_map(|glob| match self.locate(&module, &glob.path, deeper) {
            Target::Module(other) if other != module => Some(self.look_up(other, rest, deeper)),
            _ => None,
        });
        let found = through.into_iter().find(|target| !matches!(target, Target::Foreign));
        found.unwrap_or(Target::Foreign)
    }

    fn imports(&self) -> Imports {
        let mut found = Imports::new();
        for (path, module) in &self.0 {
            let items = self.items_named_in(path, module).into_iter().filter(|other| other != path);
            let files: BTreeSet<String> = items.map(|other| self.0[&other].file.clone()).collect();
            found.insert(module.file.clone(), files);
        }
        found
    }

    /// The modules whose items the file names.
    fn items_named_in(&self, path: &ModulePath, module: &Module) -> Vec<ModulePath> {
        let Words { uses, paths, names, .. } = &module.words;
        // A re-export is no import of one's own, unless the file uses the name itself.
        let own = uses.iter().filter(|import| !import.is_public || names.contains(&import.name));
        let mut targets: Vec<Target> =
            own.map(|import| &import.path).chain(paths).map(|named| self.locate(path, named, DEEPEST)).collect();
        for glob in uses.iter().filter(|import| import.name == "*") {
            if let Target::Module(all) = self.locate(path, &glob.path, DEEPEST) {
                let named = names.iter().map(|name| self.look_up(all.clone(), std::slice::from_ref(name), DEEPEST));
                targets.extend(named);
            }
        }
        let item = |target| if let Target::Item(module) = target { Some(module) } else { None };
        targets.into_iter().filter_map(item).collect()
    }
}

/// Which file imports which.
type Imports = BTreeMap<String, BTreeSet<String>>;

/// The shortest way from a file to another along the imports, with both ends.
fn way<'a>(imports: &'a Imports, from: &'a str, to: &str) -> Option<Vec<&'a str>> {
    let mut open = VecDeque::from([vec![from]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = open.pop_front() {
        let last = *way.last()?;
        if last == to {
            return Some(way);
        }
        let next = imports.get(last).into_iter().flatten().map(String::as_str);
        open.extend(next.filter(|other| seen.insert(*other)).map(|other| [way.as_slice(), &[other]].concat()));
    }
    None
}

/// One line for each import that is part of a cycle, with the shortest cycle.
fn cycles(imports: &Imports) -> Vec<String> {
    let pairs = imports.iter().flat_map(|(file, others)| others.iter().map(move |other| (file, other)));
    let back = pairs.filter_map(|(file, other)| Some((file, way(imports, other, file)?)));
    back.map(|(file, way)| [&[file.as_str()], way.as_slice()].concat().join(" → ")).collect()
}

/// The directory of the crate's root.
fn root(file: &Path) -> Option<PathBuf> {
    let root = file.ancestors().find(|above| above.ends_with("src"))?;
    // Each program is a crate of its own, and of one file.
    let is_program = file.starts_with(root.join("bin")) || file == root.join("main.rs");
    (!is_program).then(|| root.to_owned())
}

fn all_imports() -> Imports {
    let mut crates: BTreeMap<PathBuf, Crate> = BTreeMap::new();
    for source in sources() {
        if let Some(root) = root(&source.path) {
            crates.entry(root.clone()).or_default().add(&source.path, &root, &source.code());
        }
    }
    assert!(crates.len() > 5, "these can't be all: {} crates", crates.len());
    crates.values().flat_map(Crate::imports).collect()
}

#[test]
fn no_file_imports_a_file_that_imports_it() {
    let found = cycles(&all_imports());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The cycles of a crate of these files.
fn cycles_of(files: &[(&str, &str)]) -> Vec<String> {
    let mut made = Crate::default();
    for (file, code) in files {
        made.add(Path::new(file), Path::new(""), code);
    }
    cycles(&made.imports())
}

#[test]
fn a_cycle_is_found_however_it_is_written() {
    let struct_b = ("b.rs", "use crate::a::A; pub struct B(A);");
    for a in [
        "use crate::b::B; pub struct A(B);",
        "use super::b::{self, B as Other}; pub struct A;",
        "pub struct A; fn f() { super::b::B::new(); }",
        "use super::b; pub struct A; fn f() -> Vec<b::B> { vec![] }",
        "use super::B; pub struct A;",
        "use crate::*; pub struct A; fn f(_: super::B) {}",
        "pub struct A; fn f() { println!(\"{}\", crate::B::NAME) }",
    ] {
        let found = cycles_of(&[("lib.rs", "mod a; mod b; pub use a::A; pub use b::*;"), ("a.rs", a), struct_b]);
        assert_eq!(found, ["a.rs → b.rs → a.rs", "b.rs → a.rs → b.rs"], "{a}");
    }
    let long = [("lib.rs", ""), ("a.rs", "use crate::b::B; pub struct A;"), ("b.rs", "use crate::c::C; pub struct B;")];
    let closed = cycles_of(&[&long[..], &[("c.rs", "use crate::a::A; pub struct C;")]].concat());
    assert_eq!(closed[0], "a.rs → b.rs → c.rs → a.rs");
    assert_eq!(cycles_of(&[&long[..], &[("c.rs", "pub struct C;")]].concat()), [""; 0]);
}

#[test]
fn a_parent_is_a_file_of_its_own_only_where_it_has_code() {
    let child = ("x/child.rs", "use super::Parent; pub struct Child(Parent);");
    let cycle = |parent: &str| cycles_of(&[("lib.rs", "mod x;"), ("x/mod.rs", parent), child]).len();
    assert_eq!(cycle("mod child; pub use child::Child; pub struct Parent;"), 0);
    assert_eq!(cycle("mod child; pub use child::Child; pub struct Parent; fn f(_: Child) {}"), 2);
    assert_eq!(cycle("mod child; pub struct Parent; fn f() { child::Child; }"), 2);
}

#[test]
fn words_in_comments_strings_and_other_crates_are_no_imports() {
    let a = "// crate::b::B\n/* super::b::B */ pub struct A; const T: &str = \"crate::b::B\"; const R: &str = r#\"\"super::b::B\"#; \
             use std::b::B; fn f<'b>(c: char) -> bool { c == '\"' || c == '\\'' }";
    assert_eq!(cycles_of(&[("lib.rs", ""), ("a.rs", a), ("b.rs", "use crate::a::A; pub struct B;")]), [""; 0]);
}
