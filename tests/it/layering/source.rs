//! What the files of a crate use, read from their tokens: a path may be split over lines and braces, and what stands in
//! comments, texts and tests of a file does not count.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The name of a module or of something in it, as segments below the root of the crate.
pub(crate) type Name = Vec<String>;

/// A file of a crate.
pub(crate) struct File {
    /// The module that it is.
    pub(crate) module: Name,
    /// Where it is below the folder of the crate's root, for example `query/check.rs`.
    pub(crate) path: String,
    /// The names of its own crate that it uses, from the root of the crate.
    pub(crate) uses: Vec<Name>,
    /// Its tokens, one after another.
    pub(crate) tokens: Vec<String>,
}

/// The files of a crate, by the modules that they are.
pub(crate) struct Crate {
    pub(crate) files: BTreeMap<Name, File>,
}

impl Crate {
    /// The crate with this root, in whose folder all files but those of the folder `without` are its own.
    pub(crate) fn read(root: &Path, without: &str) -> Self {
        let folder = root.parent().expect("a file has a folder");
        let mut texts = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                if path.is_dir() && name != without {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "rs") {
                    texts.push((name, fs::read_to_string(path).unwrap()));
                }
            }
        }
        let root = root.file_name().and_then(|name| name.to_str()).unwrap();
        Self::of(root, texts.iter().map(|(path, text)| (path.as_str(), text.as_str())))
    }

    /// The crate of these files and their texts.
    pub(crate) fn of<'t>(root: &str, texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let mut named: BTreeMap<Name, (File, Vec<(Name, Name)>)> = BTreeMap::new();
        for (path, text) in texts {
            let module = if path == root { Vec::new() } else { module(path) };
            let tokens = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
            let mut reader = Reader::default();
            reader.read(&module, tokens);
            let file = File { module: module.clone(), path: path.to_owned(), uses: Vec::new(), tokens: reader.tokens };
            named.insert(module, (file, reader.names));
        }
        let modules: Vec<Name> = named.keys().cloned().collect();
        let files = named.into_iter().map(|(module, (file, names))| {
            let uses = names.iter().filter_map(|(within, name)| from_root(&modules, within, name)).collect();
            (module, File { uses, ..file })
        });
        Self { files: files.collect() }
    }

    /// The file that has a name: that of the module which has it, or which it is.
    fn file_of(&self, name: &[String]) -> &str {
        let file = (0..=name.len()).rev().find_map(|length| self.files.get(&name[..length]));
        &file.expect("a crate has a root").path
    }

    /// The sets of files that use each other, directly or not. A file that declares a module does not use it by that;
    /// one that names something in it does.
    pub(crate) fn circles(&self) -> BTreeSet<BTreeSet<&str>> {
        let mut uses: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for file in self.files.values() {
            uses.insert(&file.path, file.uses.iter().map(|name| self.file_of(name)).collect());
        }
        let mut reached: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for file in uses.keys() {
            let (these, mut open) = (reached.entry(file).or_default(), vec![*file]);
            while let Some(file) = open.pop() {
                open.extend(uses[file].iter().filter(|used| these.insert(**used)));
            }
        }
        let circle =
            |file: &&str| reached[*file].iter().copied().filter(|other| reached[*other].contains(*file)).collect();
        reached.keys().map(circle).filter(|circle: &BTreeSet<&str>| circle.len() > 1).collect()
    }
}

/// The module that a file is.
fn module(path: &str) -> Name {
    let path = path.trim_end_matches(".rs");
    path.strip_suffix("/mod").unwrap_or(path).split('/').map(ToOwned::to_owned).collect()
}

/// A name that a module uses, from the root of the crate; none if it is that of another crate, or of a local thing.
fn from_root(modules: &[Name], within: &[String], name: &[String]) -> Option<Name> {
    let supers = name.iter().take_while(|segment| *segment == "super").count();
    match name.first()?.as_str() {
        "crate" => Some(name[1..].to_vec()),
        "self" if name.len() > 1 => Some([within, &name[1..]].concat()),
        "super" => Some([&within[..within.len().checked_sub(supers)?], &name[supers..]].concat()),
        child => {
            let child = [within, &[child.to_owned()]].concat();
            modules.contains(&child).then(|| [within, name].concat())
        }
    }
}

/// Reads the tokens of one file.
#[derive(Default)]
struct Reader {
    /// The names with more than one segment, each with the module in which it stands.
    names: Vec<(Name, Name)>,
    tokens: Vec<String>,
}

impl Reader {
    fn read(&mut self, module: &[String], tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = &tokens[..];
        while let Some((token, behind)) = rest.split_first() {
            rest = behind;
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    if rest.first().is_some_and(|attribute| attribute.to_string().replace(' ', "") == "[cfg(test)]") {
                        let end = rest.iter().position(is_end_of_item).map_or(rest.len(), |end| end + 1);
                        rest = &rest[end..];
                    }
                }
                TokenTree::Ident(word) if word == "pub" => {
                    self.tokens.push(word.to_string());
                    // What it is visible to is no use of it.
                    if rest.first().is_some_and(|visible| is_group(visible, Delimiter::Parenthesis)) {
                        rest = &rest[1..];
                    }
                }
                TokenTree::Ident(word) if word == "mod" => {
                    if let [TokenTree::Ident(name), TokenTree::Group(body), behind @ ..] = rest {
                        self.read(&[module, &[name.to_string()]].concat(), body.stream());
                        rest = behind;
                    }
                }
                TokenTree::Ident(word) if word == "use" => self.read_tree(module, &[], &mut rest),
                TokenTree::Ident(_) => {
                    let name = self.read_path(token, &mut rest);
                    if name.len() > 1 {
                        self.names.push((module.to_vec(), name));
                    }
                }
                TokenTree::Group(group) => self.read_group(module, group),
                TokenTree::Punct(punct) => self.tokens.push(punct.to_string()),
                TokenTree::Literal(literal) => self.tokens.push(literal.to_string()),
            }
        }
    }

    fn read_group(&mut self, module: &[String], group: &Group) {
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::None => ("", ""),
        };
        self.tokens.push(open.to_owned());
        self.read(module, group.stream());
        self.tokens.push(close.to_owned());
    }

    /// Reads a path whose first segment was taken.
    fn read_path(&mut self, first: &TokenTree, rest: &mut &[TokenTree]) -> Name {
        let mut name = vec![first.to_string()];
        while let [TokenTree::Punct(a), TokenTree::Punct(b), TokenTree::Ident(segment), behind @ ..] = *rest
            && (a.as_char(), b.as_char()) == (':', ':')
        {
            name.push(segment.to_string());
            *rest = behind;
        }
        self.tokens.extend(name.iter().cloned());
        name
    }

    /// Reads what one `use` brings, or one part of it in braces, up to the comma or the end.
    fn read_tree(&mut self, module: &[String], within: &[String], rest: &mut &[TokenTree]) {
        let mut name = within.to_vec();
        while let Some((token, behind)) = rest.split_first() {
            *rest = behind;
            match token {
                TokenTree::Ident(word) if word == "as" => *rest = &rest[1..],
                TokenTree::Ident(_) => name.extend(self.read_path(token, rest)),
                TokenTree::Group(group) => {
                    let parts: Vec<TokenTree> = group.stream().into_iter().collect();
                    let mut parts = &parts[..];
                    while !parts.is_empty() {
                        self.read_tree(module, &name, &mut parts);
                    }
                    name.clear();
                }
                TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';') => break,
                _ => {}
            }
        }
        // `self` in braces is the module itself.
        if name.len() > 1 && name.last().is_some_and(|last| last == "self") {
            name.pop();
        }
        if !name.is_empty() {
            self.names.push((module.to_vec(), name));
        }
    }
}

fn is_group(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}

fn is_end_of_item(token: &TokenTree) -> bool {
    is_group(token, Delimiter::Brace) || matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';')
}
