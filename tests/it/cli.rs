//! The binary `orgscope`: what each command prints, where, and with which exit code.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cli");

/// What a run printed to standard output and to standard error, and its exit code.
type Run = (String, String, Option<i32>);

fn orgscope(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orgscope"));
    command.current_dir(FOLDER).args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Run {
    let output = orgscope(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code())
}

#[track_caller]
fn prints(arguments: &[&str], stdout: &str, code: i32) {
    assert_eq!(run(arguments), (stdout.to_owned(), String::new(), Some(code)), "{arguments:?}");
}

#[track_caller]
fn fails(arguments: &[&str], stderr: &str) {
    assert_eq!(run(arguments), (String::new(), stderr.to_owned(), Some(2)), "{arguments:?}");
}

/// A refused command line: its first line says why.
#[track_caller]
fn is_misused(arguments: &[&str], first_line: &str) {
    let (stdout, stderr, code) = run(arguments);
    assert_eq!((stdout.as_str(), stderr.lines().next(), code), ("", Some(first_line), Some(2)), "{arguments:?}");
}

/// A file of this test run. Each test names its own.
fn file(name: &str, content: impl AsRef<[u8]>) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path.into_os_string().into_string().unwrap()
}

/// What is wrong with a file of this name and content, without the name.
fn problem(name: &str, content: impl AsRef<[u8]>) -> String {
    let file = file(name, content);
    let (stdout, stderr, code) = run(&["validate", &file]);
    assert_eq!((stderr.as_str(), code), ("", Some(2)), "{stdout}");
    stdout.strip_prefix(&file).expect("each line names the file").to_owned()
}

// validate

#[test]
fn validate_looks_at_every_file() {
    prints(&["validate", "world.json"], "world.json: valid\n", 0);
    prints(
        &["validate", "world.toml", "invalid.json", "world.yaml", "missing.json"],
        "world.toml: valid\n\
         invalid.json: org.users[0].departments[0]: there is no department `sails`\n\
         invalid.json: org.users[1].heads[0]: there is no department `moon`\n\
         world.yaml: valid\n\
         missing.json: can't be read: No such file or directory (os error 2)\n",
        2,
    );
    is_misused(&["validate"], "error: the following required arguments were not provided:");
}

#[test]
fn the_ending_tells_the_format() {
    let json = r#"{ "format": 1, "schema": { "sections": [] } }"#;
    let toml = "format = 1\nschema.sections = []\n";
    let yaml = "format: 1\nschema:\n  sections: []\n";
    for (name, text) in [("e.json", json), ("e.JSON", json), ("e.toml", toml), ("e.yaml", yaml), ("e.yml", yaml)] {
        let file = file(name, text);
        prints(&["validate", &file], &format!("{file}: valid\n"), 0);
    }
    for name in ["e.txt", "ending", "json", ".json"] {
        let problem = problem(name, json);
        assert_eq!(problem, ": the ending of the name tells the format: use `.json`, `.toml`, `.yaml` or `.yml`\n");
    }
}

/// A wrong type is one in every format: JSON is the reference.
#[test]
fn yaml_is_as_strict_as_json() {
    let users = |users: &str| format!("format: 1\nschema: {{sections: []}}\norg: {{users: [\n{users}]}}");
    let wrong = [
        ("{id: a, admin: \"true\"}", "admin: invalid type: string \"true\", expected `true` or `false`"),
        ("{id: a, active: 'false'}", "active: invalid type: string \"false\", expected `true` or `false`"),
        ("{id: a, active: yes}", "active: invalid type: string \"yes\", expected `true` or `false`"),
        ("{id: a, name: 7}", "name: invalid type: integer `7`, expected a text"),
        ("{id: a, name: true}", "name: invalid type: boolean `true`, expected a text"),
    ];
    for (user, message) in wrong {
        assert_eq!(problem("strict.yaml", users(user)), format!(":4: org.users[0].{message}\n"), "{user}");
    }
    let file = file("strict.yaml", users("{id: a, admin: true, active: false, name: no}, {id: no}, {id: ~x, name: ~}"));
    prints(&["validate", &file], &format!("{file}: valid\n"), 0);
}

/// The same mistake is told in the same words, whatever the format of the file. TOML has no `null`.
#[test]
fn yaml_and_toml_say_what_json_says() {
    let id = "expected an id: text, or an integer of 64 bits with sign";
    let command = "expected a command: an object with one key, the command's name";
    for (json, message) in [
        (r#""org": {"users": [{"id": null}]}"#, format!("org.users[0].id: invalid type: null, {id}")),
        (r#""org": {"users": [{"id": [1]}]}"#, format!("org.users[0].id: invalid type: array, {id}")),
        (r#""org": {"users": [{"id": {"a": 1}}]}"#, format!("org.users[0].id: invalid type: object, {id}")),
        (r#""org": {"users": [{"id": 1, "heads": [null]}]}"#, format!("org.users[0].heads[0]: invalid type: null, {id}; or an object with an `id`")),
        (
            r#""org": {"users": ["ann"]}"#,
            "org.users[0]: invalid type: string \"ann\", expected a user as an object".to_owned(),
        ),
        (r#""org": {"users": [null]}"#, "org.users[0]: invalid type: null, expected a user as an object".to_owned()),
        (r#""org": {"users": [["a"]]}"#, "org.users[0]: invalid type: array, expected a user as an object".to_owned()),
        (r#""org": {"users": "ann"}"#, "org.users: invalid type: string \"ann\", expected an array".to_owned()),
        (
            r#""org": {"departments": {"1": "Sales"}}"#,
            "org.departments: invalid type: object, expected an array".to_owned(),
        ),
        (r#""org": [1]"#, "org: invalid type: array, expected an org as an object".to_owned()),
        (
            r#""org": {"groups": [{"id": 1, "mebers": [7]}]}"#,
            "org.groups[0].mebers: unknown field `mebers`, expected one of `id`, `name`, `members`".to_owned(),
        ),
        (
            r#""roles": [{"id": 1, "section": "s", "name": "n", "grants": [1]}]"#,
            "roles[0].grants: invalid type: array, expected an object".to_owned(),
        ),
        (
            r#""roles": [{"id": 1, "section": "s", "name": "n", "grants": "own"}]"#,
            "roles[0].grants: invalid type: string \"own\", expected an object".to_owned(),
        ),
        (
            r#""roles": [{"id": 1, "section": "s", "name": "n", "assigned_to": {"user": 1}}]"#,
            "roles[0].assigned_to: invalid type: object, expected an array".to_owned(),
        ),
        (
            r#""records": [{"id": 1, "type": "t", "owners": {"user": 1}}]"#,
            "records[0].owners: invalid type: object, expected an array".to_owned(),
        ),
        (
            r#""stages": [{"commands": {"remove_user": {"id": 7}}}]"#,
            "stages[0].commands: invalid type: object, expected an array".to_owned(),
        ),
        (
            r#""stages": [{"commands": ["remove_user"]}]"#,
            format!("stages[0].commands[0]: invalid type: string \"remove_user\", {command}"),
        ),
        (
            r#""stages": [{"commands": [{"remove_user": 7}]}]"#,
            "stages[0].commands[0].remove_user: invalid type: integer `7`, expected the fields of a command as an object"
                .to_owned(),
        ),
        (
            r#""stages": [{"commands": [{"set_active": {"user": 7}}]}]"#,
            "stages[0].commands[0].set_active: missing field `active`".to_owned(),
        ),
    ] {
        let world: serde_json::Value =
            serde_json::from_str(&format!(r#"{{"format": 1, "schema": {{"sections": []}}, {json}}}"#)).unwrap();
        let mut formats = vec![("same.json", world.to_string()), ("same.yaml", yaml(&world))];
        formats.extend(toml(&world).map(|text| ("same.toml", text)));
        for (name, text) in formats {
            let found = problem(name, &text);
            let found = found.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
            assert_eq!(found, format!(" {message}\n"), "{text}");
        }
    }
    let twice = "org.users[0]: duplicate field `id`\n";
    let json = r#"{"format": 1, "schema": {"sections": []}, "org": {"users": [{"id": 1, "id": 2}]}}"#;
    assert_eq!(problem("twice_field.json", json), format!(":1: {twice}"));
    assert_eq!(problem("twice_field.yaml", json), format!(":1: {twice}"));
    // The reader of TOML finds it before there is a path.
    let toml = "format = 1\nschema.sections = []\norg.users = [{ id = 1, \"id\" = 2 }]";
    assert_eq!(problem("twice_field.toml", toml), ":3: duplicate field `id`\n");
}

/// A value in YAML, of blocks and plain words.
fn yaml(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "~".to_owned(),
        serde_json::Value::Array(items) => format!("[{}]", items.iter().map(yaml).collect::<Vec<_>>().join(", ")),
        serde_json::Value::Object(fields) => {
            let plain = |key: &String| if key == "1" { "1".to_owned() } else { format!("{key:?}") };
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{}: {}", plain(key), yaml(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A document in TOML, a line for each of its fields; nothing where it holds a `null`.
fn toml(document: &serde_json::Value) -> Option<String> {
    fn inline(value: &serde_json::Value) -> Option<String> {
        Some(match value {
            serde_json::Value::Null => return None,
            serde_json::Value::Array(items) => {
                format!("[{}]", items.iter().map(inline).collect::<Option<Vec<_>>>()?.join(", "))
            }
            serde_json::Value::Object(fields) => {
                let field = |(key, value): (&String, _)| Some(format!("{key:?} = {}", inline(value)?));
                format!("{{{}}}", fields.iter().map(field).collect::<Option<Vec<_>>>()?.join(", "))
            }
            other => other.to_string(),
        })
    }

    let line = |(key, value): (&String, _)| Some(format!("{key} = {}\n", inline(value)?));
    document.as_object()?.iter().map(line).collect()
}

#[test]
fn what_may_have_been_meant_is_named() {
    let actions = (0..100).map(|n| format!(r#"{{ "name": "type-{n}", "actions": [ {{ "name": "read" }} ] }}"#));
    let types: Vec<String> = actions.collect();
    let world = format!(
        r#"{{ "format": 1, "schema": {{ "sections": [ {{ "name": "crm", "resources": [ {} ] }} ] }},
            "org": {{ "departments": [ {{ "id": 1 }}, {{ "id": "Sales" }}, {{ "id": "7" }} ],
                     "users": [ {{ "id": "anna" }} ] }},
            "records": [ {{ "id": "d1", "type": "type-1" }} ] }}"#,
        types.join(", ")
    );
    let file = file("near.json", &world);
    let near = "`type-99`, `type-9`, `type-19`";
    let (_, stderr, code) = run(&["check", &file, "--user", "anna", "--action", "typ-99.read", "--record", "d1"]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.starts_with(&format!("error: there is no resource type `typ-99`: the resource types are {near}")),
        "{stderr}"
    );
    assert!(stderr.ends_with("and 88 more\n"), "{stderr}");
    fails(
        &["check", &file, "--user", "anna", "--action", "type-1.read", "--record", "D1"],
        "error: there is no record `D1`: did you mean `d1`?\n",
    );
    let given = |commands: &str, message: &str| {
        let commands = self::file("near_commands.json", commands);
        is_refused(&["apply", &file, "--commands", &commands], &format!("refused: invalid: commands[0]: {message}\n"));
    };
    let join = |department: &str| format!(r#"[{{"join_department": {{"user": "anna", "department": {department}}}}}]"#);
    given(&join(r#""SALES""#), "there is no department `SALES`: did you mean `Sales`?");
    given(&join(r#""1""#), "there is no department `\"1\"`: did you mean the integer `1`?");
    given(&join("7"), "there is no department `7`: did you mean the text `\"7\"`?");
    given(&join(r#""Selas""#), "there is no department `Selas`");
    given(&join(r#""Salez""#), "there is no department `Salez`: did you mean `Sales`?");
    given(
        r#"[{"move_department": {"id": 1, "parent": 0}}]"#,
        "there is no department `0`: write `null` as `parent` for a department at the top",
    );
}

#[test]
fn control_characters_from_outside_stay_on_their_line() {
    let (stdout, stderr, code) =
        run(&["check", "world.json", "--user", "7", "--action", "lead.\u{1b}[31m\nread", "--record", "1"]);
    assert_eq!((stdout.as_str(), code), ("", Some(2)));
    assert!(stderr.starts_with(r"error: `lead` has no action `\u{1b}[31m\nread`: its actions are `"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1);
}

#[test]
fn what_cannot_be_read_is_one_line_with_its_path() {
    let fields =
        "expected one of `format`, `delegation`, `schema`, `org`, `roles`, `at`, `records`, `expect`, `stages`";
    assert_eq!(
        problem("unknown.json", "{\"format\": 1, \"schema\": {\"sections\": []},\n\"ha\\nt\": 1}"),
        format!(":2: [\"ha\\nt\"]: unknown field `ha\\nt`, {fields}\n")
    );
    assert_eq!(
        problem("unknown.toml", "format = 1\nschema.sections = []\nhat = 1"),
        format!(":3: hat: unknown field `hat`, {fields}\n")
    );
    assert_eq!(
        problem("unknown.yaml", "format: 1\nschema: {sections: []}\nhat: 1"),
        format!(":3: hat: unknown field `hat`, {fields}\n")
    );

    let grant = r#": roles[0].grants["lead.read"]: invalid type: integer `7`, expected a level such as `own`, or `allow` (quote a name with a dot: "contact.read")"#;
    assert_eq!(
        problem(
            "type.json",
            r#"{"format": 1, "schema": {"sections": []}, "roles": [
                {"id": 1, "section": "crm", "name": "A", "grants": {"lead.read": 7}}]}"#
        ),
        format!(":2{grant}\n")
    );
    assert_eq!(
        problem(
            "type.toml",
            "format = 1\nschema.sections = []\n[[roles]]\nid = 1\nsection = 'crm'\nname = 'A'\ngrants.'lead.read' = 7"
        ),
        format!(":7{grant}\n")
    );
    let user =
        "org.users[0].id: invalid type: boolean `true`, expected an id: text, or an integer of 64 bits with sign";
    assert_eq!(
        problem("type.yaml", "format: 1\nschema: {sections: []}\norg:\n  users:\n  - id: true"),
        format!(":5: {user}\n")
    );

    assert_eq!(problem("syntax.json", "{\n"), ":2: EOF while parsing an object\n");
    assert_eq!(problem("after.json", r#"{"format": 1, "schema": {"sections": []}} x"#), ":1: trailing characters\n");
    assert_eq!(
        problem("after.yaml", "format: 1\nschema: {sections: []}\n---\nformat: 1"),
        ":4: only single YAML document expected but multiple found\n"
    );
    assert_eq!(
        problem("twice.json", r#"{"format": 1, "format": 1, "schema": {"sections": []}}"#),
        ":1: duplicate field `format`\n"
    );
}

#[test]
fn what_is_no_text_is_one_line() {
    assert_eq!(
        problem("latin.json", b"{\"format\": 1,\n\"x\": \"\xe9\"}"),
        ":2: this is not UTF-8: save the file as UTF-8\n"
    );
    for name in ["empty.json", "empty.toml", "empty.yaml"] {
        for text in ["", " \n", "\u{feff}"] {
            assert_eq!(problem(name, text), ": the file is empty: a document has at least `format` and `schema`\n");
        }
    }
    for (name, text) in [
        ("mark.json", r#"{"format": 1, "schema": {"sections": []}}"#),
        ("mark.toml", "format = 1\nschema.sections = []"),
        ("mark.yaml", "format: 1\nschema: {sections: []}"),
    ] {
        let file = file(name, format!("\u{feff}{text}"));
        prints(&["validate", &file], &format!("{file}: valid\n"), 0);
    }
}

#[test]
fn a_newer_format_is_refused_as_such_whatever_else_it_holds() {
    let newer = "format: update orgscope: this version reads format `1` and this is format `2`";
    for (line, name, text) in [
        (1, "newer1.json", r#"{"format": 2}"#),
        (2, "newer2.json", "{\"hat\": [{\"x\": null}], \"org\": 7,\n\"format\": 2, \"schema\": \"new\"}"),
        (1, "newer3.json", r#"{"format": 2, "schema": "#),
        (2, "newer4.toml", "hat = 1979-05-27\nformat = 2\nschema = 7"),
        (3, "newer5.yaml", "hat: [1]\norg: 7\nformat: 2\nschema: new"),
    ] {
        assert_eq!(problem(name, text), format!(":{line}: {newer}\n"));
    }
    let deep = format!(r#"{{"hat": {}{}, "format": 2}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(problem("newer6.json", deep), format!(":1: {newer}\n"));
    // A missing one explains nothing else.
    assert!(problem("newer7.json", r#"{"hat": 1}"#).starts_with(":1: hat: unknown field `hat`"));
}

#[test]
fn deep_nesting_is_an_error_and_never_overflows_the_stack() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    let (lists, maps, keys) = (deep("[", "]"), deep("{a=", "}"), vec!["a"; 100_000].join("."));
    for (name, text) in [
        ("field.json", format!(r#"{{"format": 1, "schema": {{"sections": []}}, "x": {lists}}}"#)),
        (
            "id.json",
            format!(r#"{{"format": 1, "schema": {{"sections": []}}, "org": {{"users": [{{"id": {lists}}}]}}}}"#),
        ),
        ("root.json", lists.clone()),
        ("field.toml", format!("format = 1\nschema.sections = []\nx = {lists}")),
        ("id.toml", format!("format = 1\nschema.sections = []\norg.users = [{{ id = {maps} }}]")),
        ("key.toml", format!("format = 1\nschema.sections = []\n{keys} = 1")),
        ("table.toml", format!("format = 1\nschema.sections = []\n[{keys}]")),
        ("field.yaml", format!("format: 1\nschema: {{sections: []}}\nx: {lists}")),
        ("id.yaml", format!("format: 1\nschema: {{sections: []}}\norg: {{users: [{{id: {lists}}}]}}")),
        ("block.yaml", format!("format: 1\nschema: {{sections: []}}\nstages:\n{}", deep("- ", ""))),
    ] {
        let problem = problem(&format!("deep-{name}"), text);
        assert_eq!(problem.lines().count(), 1, "{name}");
    }
}

// test

const FAILURES: &str = "\
failing.json: expect.check[1]: user 7, lead.delete, record a: expected allow, got deny (no role of the user gives `lead.delete`)
failing.json: expect.check[3]: user 7, lead.read, record a: expected deny, got allow (`lead.read` is `own`, and the record is the user's own)
failing.json: expect.list[0]: user 7, lead.read: missing: 3, \"3\", b; too much: a
failing.json: expect.who[0]: lead.read, record a: too much: 7
";
const PROBLEMS: &str = "\
invalid.json: org.users[0].departments[0]: there is no department `sails`
invalid.json: org.users[1].heads[0]: there is no department `moon`
";

#[test]
fn test_counts_every_expectation_of_all_files_once() {
    prints(&["test", "world.json"], "4 passed, 0 failed\n", 0);
    prints(&["test", "world.json", "world.toml", "world.yaml"], "12 passed, 0 failed\n", 0);
    prints(&["test", "failing.json", "world.json"], &format!("{FAILURES}7 passed, 4 failed\n"), 1);
    fails_beside_answers(&["test", "invalid.json", "world.json"], "4 passed, 0 failed\n", PROBLEMS);
    let all = ["test", "failing.json", "invalid.json", "world.json"];
    fails_beside_answers(&all, &format!("{FAILURES}7 passed, 4 failed\n"), PROBLEMS);
}

#[track_caller]
fn fails_beside_answers(arguments: &[&str], stdout: &str, stderr: &str) {
    assert_eq!(run(arguments), (stdout.to_owned(), stderr.to_owned(), Some(2)));
}

#[test]
fn test_writes_a_report_for_junit() {
    let out = file("report.xml", "");
    let (stdout, _, code) = run(&["test", "failing.json", "invalid.json", "--junit", &out]);
    assert_eq!((stdout, code), (format!("{FAILURES}3 passed, 4 failed\n"), Some(2)));
    let report = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="orgscope" tests="8" skipped="0" failures="4" errors="1">
    <testsuite name="failing.json" tests="7" skipped="0" errors="0" failures="4">
        <testcase name="expect.check[0]: user 7, lead.read, record a" classname="failing.json"/>
        <testcase name="expect.check[1]: user 7, lead.delete, record a" classname="failing.json">
            <failure message="expected allow, got deny (no role of the user gives `lead.delete`)"/>
        </testcase>
        <testcase name="expect.check[2]: user 8, lead.read, record b" classname="failing.json"/>
        <testcase name="expect.check[3]: user 7, lead.read, record a" classname="failing.json">
            <failure message="expected deny, got allow (`lead.read` is `own`, and the record is the user&apos;s own)"/>
        </testcase>
        <testcase name="expect.list[0]: user 7, lead.read" classname="failing.json">
            <failure message="missing: 3, &quot;3&quot;, b; too much: a"/>
        </testcase>
        <testcase name="expect.list[1]: user 7, lead.read" classname="failing.json"/>
        <testcase name="expect.who[0]: lead.read, record a" classname="failing.json">
            <failure message="too much: 7"/>
        </testcase>
    </testsuite>
    <testsuite name="invalid.json" tests="1" skipped="0" errors="1" failures="0">
        <testcase name="the file is valid" classname="invalid.json">
            <error message="the file is invalid">invalid.json: org.users[0].departments[0]: there is no department `sails`
invalid.json: org.users[1].heads[0]: there is no department `moon`</error>
        </testcase>
    </testsuite>
</testsuites>
"#;
    assert_eq!(fs::read_to_string(out).unwrap(), report);
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    fails_beside_answers(
        &["test", "world.json", "--junit", "no/such/folder.xml"],
        "4 passed, 0 failed\n",
        "no/such/folder.xml: can't be written: No such file or directory (os error 2)\n",
    );
}

// check

#[test]
fn check_answers_with_the_reason_in_one_line() {
    let check = |user, action, record| ["check", "world.json", "--user", user, "--action", action, "--record", record];
    prints(&check("7", "lead.read", "z"), "allow: `lead.read` is `department`, and the record is the user's own\n", 0);
    prints(&check("7", "lead.read", "3"), "deny: `lead.read` is `department`, which does not reach the record\n", 1);
    prints(
        &check("7", "lead.read", "\"3\""),
        "allow: `lead.read` is `department`, and an owner is in a department of the user\n",
        0,
    );
    prints(&check("7", "lead.delete", "\"3\""), "deny: `lead.delete` is `own`, which does not reach the record\n", 1);
    prints(&check("\"7\"", "lead.read", "z"), "deny: the user is inactive\n", 1);
    prints(&check("zoe", "lead.read", "z"), "deny: there is no such user\n", 1);
    prints(
        &check("ann", "lead.read", "\"line\\nbreak\""),
        "allow: `lead.read` is `all`, which reaches every record\n",
        0,
    );
}

#[test]
fn check_of_a_toggle_has_no_record() {
    let check = |user| ["check", "world.json", user, "--action", "lead.export"];
    prints(&check("--user=-7"), "allow: `lead.export` is `allow`\n", 0);
    prints(&check("--user=7"), "deny: no role of the user gives `lead.export`\n", 1);
    prints(&check("--user=zoe"), "deny: there is no such user\n", 1);
}

#[test]
fn a_question_that_makes_no_sense_is_invalid_whoever_asks() {
    for user in ["7", "zoe"] {
        let ask =
            |rest: &[&str], error: &str| fails(&[&["check", "world.json", "--user", user][..], rest].concat(), error);
        ask(&["--action", "lead.read"], "error: `lead.read` is not a toggle: name a record\n");
        ask(
            &["--action", "lead.export", "--record", "z"],
            "error: `lead.export` is a toggle and has no record: leave the record out\n",
        );
        ask(
            &["--action", "lead.raed", "--record", "z"],
            "error: `lead` has no action `raed`: its actions are `read`, `delete`, `export`\n",
        );
        ask(&["--action", "lead.read", "--record", "7"], "error: there is no record `7`\n");
        ask(
            &["--action", "lead.read", "--record", "m"],
            "error: `lead.read` takes records of type `lead`, and this one is of type `mailbox`\n",
        );
    }
    fails(&["check", "invalid.json", "--user", "7", "--action", "a.b"], PROBLEMS);
    fails(
        &["list", "world.json", "--user", "7", "--action", "lead.export"],
        "error: `lead.export` is a toggle: only permissions on records can be listed\n",
    );
    fails(&["who", "world.json", "--action", "lead.read"], "error: `lead.read` is not a toggle: name a record\n");
}

#[test]
fn ids_of_the_command_line_are_integers_json_strings_or_text() {
    let list = |user: &[&str]| run(&[&["list", "world.json", "--action", "lead.delete"], user].concat());
    let (boss, seller, nobody) = ("3\n", "z\n", "");
    for (user, expected) in [
        (&["--user", "-7"][..], boss),
        (&["--user=-7"], boss),
        (&["--user", "7"], seller),
        (&["--user=7"], seller),
        // All of these are text, and the only user whose id is the text `7` is inactive.
        (&["--user", "\"7\""], nobody),
        (&["--user", "\"-7\""], nobody),
        (&["--user", "+7"], nobody),
        (&["--user", "007"], nobody),
        (&["--user", "7.0"], nobody),
        (&["--user", " 7"], nobody),
        (&["--user", "-0"], nobody),
        (&["--user", "9223372036854775808"], nobody),
        (&["--user", "--action"], nobody),
    ] {
        let (stdout, _, code) = list(user);
        assert_eq!((stdout.as_str(), code), (expected, Some(0)), "{user:?}");
    }
    let check = ["check", "world.json", "--user", "\"\\u0061nn\"", "--action", "lead.export"];
    prints(&check, "allow: `lead.export` is `allow`\n", 0);
}

#[test]
fn an_id_that_is_none_is_a_misuse() {
    for option in ["--user", "--record"] {
        let (other, value) = if option == "--user" { ("--record", "z") } else { ("--user", "7") };
        let check = |id| ["check", "world.json", "--action", "lead.read", other, value, option, id];
        let first_line = |id, why| format!("error: invalid value '{id}' for '{option} <ID>': {why}");
        is_misused(&check(""), &first_line("", "the id is empty: use an integer or non-empty text"));
        is_misused(&check("\"\""), &first_line("\"\"", "the id is empty: use an integer or non-empty text"));
        for id in ["\"7", "\"", "\"a\"b", "\"\\x\""] {
            let why = "it begins with a quote but is not a JSON string: quote all of it, as in `\"7\"`";
            is_misused(&check(id), &first_line(id, why));
        }
    }
}

// check --requests

/// Answers to these lines, sent as a file and through standard input, which must not differ.
fn answers(name: &str, requests: impl AsRef<[u8]>) -> Run {
    let file = file(name, &requests);
    let by_file = run(&["check", "world.json", "--requests", &file]);
    let output =
        orgscope(&["check", "world.json", "--requests", "-"]).stdin(File::open(&file).unwrap()).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), by_file.0);
    assert_eq!(output.status.code(), by_file.2);
    by_file
}

#[test]
fn each_request_has_one_line_of_answer() {
    let expected = [true, false, false, true, false, true].map(|allow| format!("{{\"allow\":{allow}}}\n")).concat();
    prints(&["check", "world.json", "--requests", "requests.jsonl"], &expected, 0);
    let text = fs::read_to_string(format!("{FOLDER}/requests.jsonl")).unwrap();
    for (name, text) in [
        ("unix.jsonl", text.clone()),
        ("windows.jsonl", text.replace('\n', "\r\n")),
        ("unfinished.jsonl", text.trim_end().to_owned()),
    ] {
        assert_eq!(answers(name, text), (expected.clone(), String::new(), Some(0)), "{name}");
    }
    assert_eq!(answers("none.jsonl", ""), (String::new(), String::new(), Some(0)));
}

#[test]
fn a_line_that_is_no_request_is_an_error_and_the_rest_goes_on() {
    let no_object = "a request is an object: write `user`, `action` and, unless it is a toggle, `record`";
    let empty = "the id is empty: use an integer or non-empty text";
    let bad: &[(&[u8], &str)] = &[
        (b"", no_object),
        (b"7", no_object),
        (b"[7, \"lead.read\", \"z\"]", no_object),
        (b"\xff", "the line is not UTF-8"),
        (b"{", "EOF while parsing an object"),
        (b"{} {}", "missing field `user`"),
        (b"{\"user\": 7, \"action\": \"lead.export\"} x", "trailing characters"),
        (
            b"{\"user\": 7, \"action\": \"lead.export\", \"hat\": 1}",
            "hat: unknown field `hat`, expected one of `user`, `action`, `record`",
        ),
        (b"{\"user\": 7, \"user\": 7, \"action\": \"lead.export\"}", "duplicate field `user`"),
        (b"{\"user\": \"\", \"action\": \"lead.export\"}", "user: the id is empty: use an integer or non-empty text"),
        (b"{\"user\": 7, \"action\": \"lead.read\", \"record\": \"\"}", "there is no record ``"),
        (
            b"{\"user\": 7, \"action\": \"lead.read\", \"record\": {\"type\": \"lead\", \"owner\": \"\"}}",
            &format!("record.owner: {empty}"),
        ),
        (b"{\"user\": 7, \"action\": \"lead.read\", \"record\": \"nil\"}", "there is no record `nil`"),
        (b"{\"user\": 7, \"action\": \"lead.read\"}", "`lead.read` is not a toggle: name a record"),
        (
            b"{\"user\": 7, \"action\": \"lead.export\", \"record\": \"z\"}",
            "`lead.export` is a toggle and has no record: leave the record out",
        ),
        (
            b"{\"user\": 7, \"action\": \"lead.read\", \"record\": {\"type\": \"mailbox\"}}",
            "`lead.read` takes records of type `lead`, and this one is of type `mailbox`",
        ),
    ];
    let (mut requests, mut expected) = (Vec::new(), Vec::new());
    for (line, error) in bad {
        requests.extend_from_slice(line);
        requests.extend_from_slice(b"\n{\"user\": -7, \"action\": \"lead.export\"}\n");
        expected.push(serde_json::json!({ "error": error }).to_string());
        expected.push(r#"{"allow":true}"#.to_owned());
    }
    assert_eq!(answers("bad.jsonl", requests), (expected.join("\n") + "\n", String::new(), Some(2)));
}

#[test]
fn requests_stand_alone() {
    for other in [["--user", "7"], ["--action", "lead.export"], ["--record", "z"]] {
        let arguments = [&["check", "world.json", "--requests", "requests.jsonl"][..], &other].concat();
        is_misused(&arguments, "error: the argument '--requests <FILE>' cannot be used with:");
    }
    for half in [&[][..], &["--user", "7"], &["--action", "lead.export"], &["--record", "z"]] {
        is_misused(
            &[&["check", "world.json"], half].concat(),
            "error: the following required arguments were not provided:",
        );
    }
    fails(
        &["check", "world.json", "--requests", "missing.jsonl"],
        "missing.jsonl: can't be read: No such file or directory (os error 2)\n",
    );
}

#[test]
fn who_waits_for_an_answer_gets_it_before_the_next_request() {
    let mut command = orgscope(&["check", "world.json", "--requests", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut requests = child.stdin.take().unwrap();
    let answers = BufReader::new(child.stdout.take().unwrap());
    let (sender, received) = mpsc::channel();
    let reader = std::thread::spawn(move || answers.lines().for_each(|line| sender.send(line.unwrap()).unwrap()));
    for (user, allow) in [("-7", true), ("7", false)] {
        writeln!(requests, r#"{{"user": {user}, "action": "lead.export"}}"#).unwrap();
        let answer = received.recv_timeout(Duration::from_secs(20));
        assert_eq!(answer, Ok(format!(r#"{{"allow":{allow}}}"#)));
    }
    drop(requests);
    assert!(child.wait().unwrap().success());
    reader.join().unwrap();
}

// list, who, matrix

#[test]
fn list_prints_ids_in_the_order_of_the_file() {
    let list = |user, action| ["list", "world.json", "--user", user, "--action", action];
    prints(&list("7", "lead.read"), "z\n\"3\"\n", 0);
    prints(&list("-7", "lead.read"), "z\n3\n\"3\"\n", 0);
    prints(&list("ann", "lead.read"), "z\n3\n\"3\"\n\"line\\nbreak\"\n", 0);
    prints(&list("ann", "mailbox.view"), "m\n", 0);
    // Nobody who is not known is an error: like a check, the question has its answer.
    let says = |user: &str, note: &str| {
        let list = ["list", "world.json", "--user", user, "--action", "lead.read"];
        assert_eq!(run(&list), (String::new(), format!("note: {note}\n"), Some(0)));
    };
    says("zoe", "there is no user `zoe`");
    says("Ann", "there is no user `Ann`: did you mean `ann`?");
    says("\"-7\"", "there is no user `\"-7\"`: did you mean the integer `-7`?");
    says("\"7\"", "user `\"7\"` is inactive");
}

#[test]
fn who_prints_ids_in_canonical_order() {
    prints(&["who", "world.json", "--action", "lead.read", "--record", "z"], "-7\n7\nann\n", 0);
    prints(&["who", "world.json", "--action", "mailbox.view", "--record", "m"], "-7\n7\nann\n\"tab\\there\"\n", 0);
    prints(&["who", "world.json", "--action", "lead.export"], "-7\nann\n", 0);
    prints(&["who", "world.json", "--action", "lead.read", "--record=\"line\\nbreak\""], "ann\n", 0);
}

#[test]
fn matrix_shows_the_roles_of_each_section() {
    prints(
        &["matrix", "world.json"],
        "\
crm
permission   chief           root (locked)  seller
lead.read    department+sub  all            department
lead.delete  -               -              own
lead.export  allow           -              -

mail
permission    9
mailbox.view  all
",
        0,
    );
    prints(
        &["matrix", "world.json", "--hidden"],
        "\
crm
permission   chief           root (locked)  seller      spare (hidden)
lead.read    department+sub  all            department  own+open
lead.delete  -               -              own         -
lead.export  allow           -              -           -

mail
permission    9
mailbox.view  all
",
        0,
    );
}

#[test]
fn matrix_shows_what_a_user_has() {
    let table = |heading: &str, [read, delete, export, view]: [&str; 4]| {
        format!(
            "crm\npermission   {heading}\nlead.read    {read}\nlead.delete  {delete}\nlead.export  {export}\n\n\
             mail\npermission    {heading}\nmailbox.view  {view}\n"
        )
    };
    for (user, heading, cells) in [
        ("-7", "-7", ["department+sub", "own", "allow", "own"]),
        ("\"tab\\there\"", "\"tab\\there\"", ["-", "-", "-", "all"]),
        ("ann", "ann", ["all", "all", "allow", "all"]),
        ("\"7\"", "\"7\" (inactive)", ["-"; 4]),
        ("zoe", "zoe (no such user)", ["-"; 4]),
    ] {
        prints(&["matrix", "world.json", "--user", user], &table(heading, cells), 0);
    }
}

/// What `matrix --json` prints of the world of these tests.
const MATRIX: &str = r#"{
  "format": 1,
  "roles": {
    "crm": {
      "chief": {
        "lead.read": "department+sub",
        "lead.export": "allow"
      },
      "root": {
        "lead.read": "all"
      },
      "seller": {
        "lead.read": "department",
        "lead.delete": "own"
      }
    },
    "mail": {
      "9": {
        "mailbox.view": "all"
      }
    }
  }
}
"#;

#[test]
fn matrix_is_data_for_machines() {
    prints(&["matrix", "world.json", "--json"], MATRIX, 0);
    let spare = "      },\n      \"spare\": {\n        \"lead.read\": \"own+open\"\n      }\n    },\n    \"mail\"";
    let hidden = MATRIX.replace("      }\n    },\n    \"mail\"", spare);
    prints(&["matrix", "world.json", "--json", "--hidden"], &hidden, 0);
    prints(
        &["matrix", "world.json", "--csv"],
        "\
section,role,permission,level
crm,chief,lead.read,department+sub
crm,chief,lead.delete,deny
crm,chief,lead.export,allow
crm,root,lead.read,all
crm,root,lead.delete,deny
crm,root,lead.export,deny
crm,seller,lead.read,department
crm,seller,lead.delete,own
crm,seller,lead.export,deny
mail,9,mailbox.view,all
",
        0,
    );
    prints(
        &["matrix", "world.json", "--user", "-7", "--json"],
        r#"{
  "format": 1,
  "user": -7,
  "grants": {
    "crm": {
      "lead.read": "department+sub",
      "lead.delete": "own",
      "lead.export": "allow"
    },
    "mail": {
      "mailbox.view": "own"
    }
  }
}
"#,
        0,
    );
    prints(
        &["matrix", "world.json", "--user", "\"tab\\there\"", "--csv"],
        r#"section,user,permission,level
crm,"""tab\there""",lead.read,deny
crm,"""tab\there""",lead.delete,deny
crm,"""tab\there""",lead.export,deny
mail,"""tab\there""",mailbox.view,all
"#,
        0,
    );
    // An empty answer says why, as a list does.
    let nothing =
        "{\n  \"format\": 1,\n  \"user\": \"zoe\",\n  \"grants\": {\n    \"crm\": {},\n    \"mail\": {}\n  }\n}\n";
    let note = "note: there is no user `zoe`\n";
    assert_eq!(
        run(&["matrix", "world.json", "--user", "zoe", "--json"]),
        (nothing.to_owned(), note.to_owned(), Some(0))
    );
}

/// Levels in places: names for people, ids for machines; and what is not measured has no place.
#[test]
fn matrix_shows_levels_in_places() {
    let section = r#"{ "name": "crm", "resources": [ { "name": "deal", "actions": [
        { "name": "read" }, { "name": "update" }, { "name": "delete" }, { "name": "close" } ] } ] }"#;
    let department = |id: &str, name: &str| format!(r#"{{ "id": {id}, "name": "{name}" }}"#);
    let role = |id: i64, grants: &str, to: &str| {
        format!(
            r#"{{ "id": {id}, "section": "crm", "name": "R{id}", "grants": {{ {grants} }}, "assigned_to": [{to}] }}"#
        )
    };
    let world = format!(
        r#"{{ "format": 1, "schema": {{ "sections": [{section}] }}, "org": {{
        "departments": [{}, {}], "users": [ {{ "id": "ann", "departments": [1] }}, {{ "id": "bo" }} ] }},
        "roles": [{}, {}, {}] }}"#,
        department("1", "Sales"),
        department("\"s, t\"", "Support"),
        role(1, r#""deal.read": "own", "deal.update": "own""#, r#""everyone""#),
        role(
            2,
            r#""deal.read": "all", "deal.delete": "own+open""#,
            r#"{ "to": { "user": "ann" }, "in": [1, "s, t"] }"#
        ),
        role(
            3,
            r#""deal.close": "department""#,
            r#"{ "to": "employees", "in": "subject" }, { "to": { "user": "bo" }, "in": "subject" }"#
        ),
    );
    let world = file("matrix_places.json", world);
    prints(
        &["matrix", &world, "--user", "ann"],
        "crm\npermission   ann\n\
         deal.read    own; department+sub+open in Sales, Support\n\
         deal.update  own\n\
         deal.delete  own+open\n\
         deal.close   department in Sales\n",
        0,
    );
    prints(
        &["matrix", &world, "--user", "bo", "--csv"],
        "section,user,permission,level\ncrm,bo,deal.read,own\ncrm,bo,deal.update,own\ncrm,bo,deal.delete,deny\n\
         crm,bo,deal.close,own\n",
        0,
    );
    let json = r#"{
  "format": 1,
  "user": "ann",
  "grants": {
    "crm": {
      "deal.read": {
        "level": "own",
        "places": [
          {
            "level": "department+sub+open",
            "in": [
              1,
              "s, t"
            ]
          }
        ]
      },
      "deal.update": "own",
      "deal.delete": "own+open",
      "deal.close": {
        "places": [
          {
            "level": "department",
            "in": [
              1
            ]
          }
        ]
      }
    }
  }
}
"#;
    prints(&["matrix", &world, "--user", "ann", "--json"], json, 0);
    let check = |saved: &str| run(&["matrix", &world, "--user", "ann", "--check", &file("matrix_saved.json", saved)]);
    let compared = |saved: &str, out: &str, code| {
        assert_eq!(check(saved), (out.to_owned(), String::new(), Some(code)));
    };
    compared(json, "", 0);
    compared(
        &json.replacen("              1,\n", "", 1),
        "crm: user `ann`, `deal.read`: was `own; department+sub+open in s, t`, is `own; department+sub+open in 1, s, t`\n",
        1,
    );
}

/// The error for a saved matrix that can't be read names the cell.
#[test]
fn a_cell_that_is_not_one_is_refused() {
    let world =
        file("matrix_refused.json", r#"{ "format": 1, "schema": {}, "org": { "users": [ { "id": "ann" } ] } }"#);
    let check = |saved: &str| run(&["matrix", &world, "--user", "ann", "--check", &file("matrix_cell.json", saved)]);
    let refused = |cell: &str, error: &str| {
        let saved = format!(r#"{{ "format": 1, "user": "ann", "grants": {{ "crm": {{ "deal.read": {cell} }} }} }}"#);
        let (out, told, code) = check(&saved);
        assert!(out.is_empty() && told.ends_with(&format!("1: grants.crm[\"deal.read\"]{error}\n")), "{told}");
        assert_eq!(code, Some(2));
    };
    refused(
        "\"department in Sales\"",
        ": unknown level `department in Sales`: expected `deny`, `own`, `department`, `department+sub`, `own+open`, \
         `department+open`, `department+sub+open` or `all`, or for a toggle `allow` or `deny`",
    );
    refused(
        "7",
        ": invalid type: integer `7`, expected a level such as `own`, or an object with `level`, `places` and `variants`",
    );
    refused(r#"{ "place": [] }"#, ".place: unknown field `place`, expected one of `level`, `places`, `variants`");
}

#[test]
fn matrix_is_compared_with_what_it_was() {
    let same = file("matrix_same.json", MATRIX);
    prints(&["matrix", "world.json", "--check", &same], "", 0);
    // The order of keys and the form of the text do not matter, and what is denied may be written down.
    let loose = r#"{ "roles": { "mail": { "9": { "mailbox.view": "all" } }, "crm": {
        "seller": { "lead.delete": "own", "lead.read": "department", "lead.export": "deny" },
        "root": { "lead.read": "all" }, "chief": { "lead.export": "allow", "lead.read": "department+sub" } } }, "format": 1 }"#;
    prints(&["matrix", "world.json", "--check", &file("matrix_loose.json", loose)], "", 0);
    let other = MATRIX
        .replace("\"lead.read\": \"department\",", "\"lead.read\": \"own\",\n\"lead.sell\": \"all\",")
        .replace("\"lead.export\": \"allow\"", "\"lead.delete\": \"own\"")
        .replace("\"root\"", "\"boss\"")
        .replace("\"mail\"", "\"post\"");
    prints(
        &["matrix", "world.json", "--check", &file("matrix_other.json", other)],
        "\
crm: role `chief`, `lead.delete`: was `own`, is `deny`
crm: role `chief`, `lead.export`: was `deny`, is `allow`
crm: role `root` is new
crm: role `root`, `lead.read`: was `deny`, is `all`
crm: role `seller`, `lead.read`: was `own`, is `department`
crm: role `seller`, `lead.sell`: was `all`, the permission is gone
crm: role `boss` is gone
crm: role `boss`, `lead.read`: was `all`, is `deny`
mail: role `9` is new
mail: role `9`, `mailbox.view`: was `deny`, is `all`
post: role `9` is gone
post: role `9`, `mailbox.view`: was `all`, is `deny`
",
        1,
    );
    let hidden = "crm: role `spare` is new\ncrm: role `spare`, `lead.read`: was `deny`, is `own+open`\n";
    prints(&["matrix", "world.json", "--hidden", "--check", &same], hidden, 1);
    // From standard input, for one user.
    let saved =
        r#"{ "format": 1, "user": 7, "grants": { "crm": { "lead.read": "department", "lead.delete": "all" } } }"#;
    let saved = file("matrix_user.json", saved);
    let user = ["matrix", "world.json", "--user", "7", "--check"];
    let output = orgscope(&[&user[..], &["-"]].concat()).stdin(File::open(&saved).unwrap()).output().unwrap();
    let changes =
        "crm: user `7`, `lead.delete`: was `all`, is `own`\nmail: user `7`, `mailbox.view`: was `deny`, is `own`\n";
    assert_eq!((String::from_utf8(output.stdout).unwrap().as_str(), output.status.code()), (changes, Some(1)));
}

#[test]
fn matrix_is_compared_with_the_matrix_of_the_same_only() {
    let check = |text: &str, more: &[&str], error: &str| {
        let file = file("matrix_invalid.json", text);
        fails(&[&["matrix", "world.json", "--check", &file], more].concat(), &format!("{file}:{error}\n"));
    };
    let user = r#"{ "format": 1, "user": 7, "grants": {} }"#;
    check(user, &[], " this is the matrix of user `7`: compare it by `--user 7`");
    check(user, &["--user", "-7"], " this is the matrix of user `7`, and not of user `-7`");
    check(MATRIX, &["--user", "7"], " this is the matrix of the roles: compare it without `--user`");
    let neither = " expected either `roles`, or `user` and `grants`, as `--json` prints them";
    check(r#"{ "format": 1 }"#, &[], neither);
    check(r#"{ "format": 1, "user": 7 }"#, &["--user", "7"], neither);
    check(r#"{ "format": 1, "user": 7, "grants": {}, "roles": {} }"#, &["--user", "7"], neither);
    let roles = |roles: &str| format!(r#"{{ "format": 1, "roles": {roles} }}"#);
    check(
        &roles(r#"{ "crm": { "seller": { "lead.read": "owm" } } }"#),
        &[],
        "1: roles.crm.seller[\"lead.read\"]: unknown level `owm`: expected `deny`, `own`, `department`, `department+sub`, \
         `own+open`, `department+open`, `department+sub+open` or `all`, or for a toggle `allow` or `deny`",
    );
    check(&roles(r#"{ "crm": { "seller": {}, "seller": {} } }"#), &[], "1: roles.crm: duplicate field `seller`");
    check(&roles("[]"), &[], "1: roles: invalid type: array, expected an object");
    check(
        &MATRIX.replace('1', "2"),
        &[],
        "2: format: update orgscope: this version reads format `1` and this is format `2`",
    );
    is_misused(
        &["matrix", "world.json", "--json", "--csv"],
        "error: the argument '--json' cannot be used with '--csv'",
    );
    is_misused(
        &["matrix", "world.json", "--json", "--check", "x"],
        "error: the argument '--json' cannot be used with '--check <EXPECTED>'",
    );
}

#[test]
fn toml_and_yaml_answer_as_json_does() {
    for arguments in [
        &["matrix", "--hidden"][..],
        &["matrix", "--user", "-7"],
        &["matrix", "--json"],
        &["list", "--user", "-7", "--action", "lead.read"],
        &["list", "--user", "ann", "--action", "lead.read"],
        &["who", "--action", "mailbox.view", "--record", "m"],
        &["check", "--user", "\"7\"", "--action", "lead.read", "--record", "z"],
        &["check", "--requests", "requests.jsonl"],
    ] {
        let of = |file| run(&[&arguments[..1], &[file], &arguments[1..]].concat());
        let json = of("world.json");
        assert!(!json.0.is_empty(), "{arguments:?}");
        assert_eq!((of("world.toml"), of("world.yaml")), (json.clone(), json), "{arguments:?}");
    }
}

#[test]
fn text_that_yaml_could_take_for_something_else_is_the_id_that_it_looks_like() {
    let ids = "[{id: no}, {id: 007}, {id: 1_000}, {id: 7}, {id: \"7\"}]";
    let schema = "{sections: [{name: s, resources: [{name: t, actions: [{name: a, floor: own}]}]}]}";
    let record = "[{id: 1, type: t, owners: [{user: 7}, {user: 007}, {user: no}, {user: 1_000}, {user: \"7\"}]}]";
    let file = file("words.yaml", format!("format: 1\nschema: {schema}\norg: {{users: {ids}}}\nrecords: {record}\n"));
    prints(&["who", &file, "--action", "t.a", "--record", "1"], "7\n007\n1_000\n\"7\"\nno\n", 0);
}

#[test]
fn a_plain_word_is_what_yaml_takes_it_for() {
    let schema = "{sections: [{name: s, resources: [{name: t, actions: [{name: a, floor: own}]}]}]}";
    let world = |id: &str| {
        let record = format!("[{{id: 1, type: t, owner: {id}}}]");
        format!("format: 1\nschema: {schema}\norg: {{users: [{{id: {id}}}]}}\nrecords: {record}\n")
    };
    for (word, id) in [("007", "007"), ("+7", "7"), ("-0", "0"), ("0x10", "16"), ("\"+7\"", "+7"), ("'0x10'", "0x10")] {
        let file = file("word.yaml", world(word));
        prints(&["who", &file, "--action", "t.a", "--record", "1"], &format!("{id}\n"), 0);
    }
    let file = file("large.yaml", world("9223372036854775808"));
    let problem = "org.users[0].id: invalid value: integer `9223372036854775808`, expected an id: text, or an integer of 64 bits with sign";
    prints(&["validate", &file], &format!("{file}:3: {problem}\n"), 2);
}

// sql

#[test]
fn sql_writes_the_condition_and_its_parameters() {
    let ask = |more: &[&str], printed: &str| {
        prints(&[&["sql", "world.json", "--action", "lead.read"], more].concat(), printed, 0);
    };
    ask(
        &["--user", "7", "--dialect", "postgres"],
        "(\"owner_id\" IN ($1, $2) OR \"owner_department_id\" = $3)\n1: 7\n2: \"7\"\n3: \"sales\"\n",
    );
    ask(
        &["--user=-7", "--dialect", "postgres", "--owner", "assigned_to", "--owner-department", "none"],
        "\"assigned_to\" IN ($1, $2, $3)\n1: -7\n2: 7\n3: \"7\"\n",
    );
    ask(
        &["--user", "-7", "--dialect", "mysql", "--ids", "integer", "--table", "c"],
        "`c`.`owner_id` IN (?, ?)\n1: -7\n2: 7\n",
    );
    ask(
        &["--user", "-7", "--dialect", "sqlite", "--ids", "text", "--owner-department", "dept", "--json"],
        "{\"sql\":\"((\\\"owner_id\\\" COLLATE BINARY) = ? OR (\\\"dept\\\" COLLATE BINARY) IN (?, ?))\",\"params\":[\"7\",\"acme\",\"sales\"]}\n",
    );
    ask(&["--user", "ann", "--dialect", "sqlite"], "TRUE\n");
    let stranger =
        ["sql", "world.json", "--action", "lead.read", "--user", "stranger", "--dialect", "sqlite", "--json"];
    let (nothing, note) = ("{\"sql\":\"FALSE\",\"params\":[]}\n", "note: there is no user `stranger`\n");
    assert_eq!(run(&stranger), (nothing.to_owned(), note.to_owned(), Some(0)));
}

#[test]
fn sql_has_columns_for_flags_and_shares() {
    let world = r#"{ "format": 1, "schema": { "sections": [ { "name": "crm", "resources": [ { "name": "contact", "unowned": "pool",
        "actions": [ { "name": "read", "floor": "own+open", "shared": true } ] } ] } ] },
        "org": { "departments": [ { "id": 1 }, { "id": 2, "parent": 1 } ], "users": [ { "id": 7, "departments": [2] } ],
                 "groups": [ { "id": "g", "members": [7] } ] } }"#;
    let file = file("columns.json", world);
    let command = ["sql", &file, "--user", "7", "--action", "contact.read", "--dialect", "postgres"];
    let ask = |more: &[&str], printed: &str| prints(&[&command[..], more].concat(), printed, 0);
    ask(
        &["--shares", "crm.shares", "--open", "public", "--id", "contact_id"],
        "(\"owner_id\" = $1 OR (\"owner_id\" IS NULL AND \"owner_department_id\" IS NULL) OR \"public\" = TRUE \
         OR \"contact_id\" IN (SELECT \"share\".\"record_id\" FROM \"crm\".\"shares\" AS \"share\" WHERE \
         \"share\".\"user_id\" = $2 OR \"share\".\"department_id\" = $3 OR \"share\".\"department_sub_id\" IN ($4, $5) \
         OR \"share\".\"group_id\" = $6))\n1: 7\n2: 7\n3: 2\n4: 1\n5: 2\n6: \"g\"\n",
    );
    // What has no column is a fact that no record has.
    ask(&["--open", "none", "--owner-department", "none"], "(\"owner_id\" = $1 OR \"owner_id\" IS NULL)\n1: 7\n");
    ask(&["--open", "none", "--owner-department", "none", "--owner", "none"], "TRUE\n");
}

#[test]
fn sql_refuses_what_makes_no_sense() {
    let ask = |more: &[&str], error: &str| fails(&[&["sql", "world.json", "--user", "7"], more].concat(), error);
    ask(
        &["--action", "lead.export", "--dialect", "sqlite"],
        "error: `lead.export` is a toggle: only permissions on records can be listed\n",
    );
    ask(
        &["--action", "lead.read", "--dialect", "mysql"],
        "error: MySQL finds `7` equal to `'7'`, and this file has users of both kinds: say what the columns hold by `--ids`\n",
    );
    ask(
        &["--action", "lead.read", "--dialect", "sqlite", "--owner", "c.owner"],
        "error: `c.owner` is not the name of a column: write it as in `owner_id`, without its table\n",
    );
    ask(
        &["--action", "lead.read", "--dialect", "sqlite", "--shares", ""],
        "error: `` is not the name of a table: write it as in `contacts` or `crm.contacts`\n",
    );
    is_misused(
        &["sql", "world.json", "--user", "7", "--action", "lead.read", "--dialect", "oracle"],
        "error: invalid value 'oracle' for '--dialect <DIALECT>'",
    );
}

// output

#[test]
fn who_leaves_before_the_answer_is_no_panic_and_does_not_change_it() {
    for (arguments, code) in [
        (&["list", "world.json", "--user", "ann", "--action", "lead.read"][..], 0),
        (&["check", "world.json", "--user", "zoe", "--action", "lead.export"], 1),
        (&["check", "world.json", "--requests", "requests.jsonl"], 0),
        (&["test", "failing.json"], 1),
        (&["validate", "invalid.json"], 2),
        (&["matrix", "world.json"], 0),
        (&["--help"], 0),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output =
            orgscope(arguments).stdout(writer).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        assert_eq!(
            (String::from_utf8(output.stderr).unwrap().as_str(), output.status.code()),
            ("", Some(code)),
            "{arguments:?}"
        );
    }
}

#[test]
fn errors_that_nobody_reads_are_no_panic() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(
        orgscope(&["test", "invalid.json", "missing.json"]).stderr(writer).output().unwrap().status.code(),
        Some(2)
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let command = &["check", "world.json", "--user=-7", "--action", "lead.export"];
    let output = orgscope(command).stdout(full).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    let error = "error: can't write to standard output: No space left on device (os error 28)\n";
    assert_eq!((String::from_utf8(output.stderr).unwrap().as_str(), output.status.code()), (error, Some(2)));
}

/// What requires something that is denied whatever the record is denied too.
#[test]
fn matrix_of_a_user_shows_what_requirements_leave() {
    let world = r#"{ "format": 1, "schema": { "sections": [ { "name": "crm", "resources": [ { "name": "contact", "actions": [
        { "name": "enabled", "toggle": true },
        { "name": "call", "toggle": true, "floor": "allow", "requires": ["enabled"] },
        { "name": "read", "floor": "own" },
        { "name": "update", "floor": "all", "requires": ["read", "enabled"] } ] } ] }, { "name": "empty" } ] },
        "org": { "users": [ { "id": 7 } ] } }"#;
    let file = file("requirements.json", world);
    let expected = "crm\n\
                    permission       7\n\
                    contact.enabled  -\n\
                    contact.call     -\n\
                    contact.read     own\n\
                    contact.update   -\n\
                    \nempty\nno permissions\n";
    prints(&["matrix", &file, "--user", "7"], expected, 0);
    prints(&["who", &file, "--action", "contact.call"], "", 0);
}

// stages

#[test]
fn the_outcome_of_a_stage_is_an_expectation() {
    let world = |stages: &str| {
        format!(
            r#"{{ "format": 1, "schema": {{ "sections": [ {{ "name": "crm", "resources": [ {{ "name": "contact", "actions": [
            {{ "name": "read", "floor": "own" }} ] }} ] }} ] }}, "org": {{ "users": [ {{ "id": 7, "admin": true }}, {{ "id": 8 }} ] }},
            "records": [ {{ "id": "c", "type": "contact", "owner": 8 }} ], "stages": [ {stages} ] }}"#
        )
    };
    let good = file(
        "stages.json",
        world(
            r#"{ "as": 8, "commands": [ { "remove_user": { "id": 8 } } ], "refused": "not_permitted",
                 "expect": { "who": [ { "action": "contact.read", "record": "c", "users": [7, 8] } ] } },
               { "as": 7, "commands": [ { "remove_user": { "id": 8 } } ],
                 "expect": { "who": [ { "action": "contact.read", "record": "c", "users": [7] } ] } }"#,
        ),
    );
    prints(&["test", &good], "4 passed, 0 failed\n", 0);
    // What is refused against expectation leaves the state as it was, and the stages after it go on.
    let bad = file(
        "stages_fail.json",
        world(
            r#"{ "as": 8, "commands": [ { "remove_user": { "id": 8 } } ] },
               { "commands": [ { "set_active": { "user": 8, "active": false } } ], "refused": "invalid",
                 "expect": { "check": [ { "user": 8, "action": "contact.read", "record": "c", "allow": true } ] } },
               { "commands": [ { "add_user": { "id": 8 } } ], "refused": "locked_role" }"#,
        ),
    );
    let expected = [
        "stages[0]: expected applied, got refused: not_permitted (commands[0]: user `8` is not an administrator: only active administrators and the host application may change the company)",
        "stages[1]: expected refused: invalid, got applied",
        "stages[1].expect.check[0]: user 8, contact.read, record c: expected allow, got deny (the user is inactive)",
        "stages[2]: expected refused: locked_role, got refused: invalid (commands[0]: there is already a user `8`)",
    ];
    let lines = expected.map(|line| format!("{bad}: {line}\n")).concat();
    prints(&["test", &bad], &format!("{lines}0 passed, 4 failed\n"), 1);
}

// apply

/// The world of the tests of `apply`: saved, it is these bytes.
const SAVED: &str = r#"{
  "format": 1,
  "schema": {
    "sections": [
      {
        "name": "crm",
        "resources": [
          {
            "name": "contact",
            "actions": [
              {
                "name": "read"
              }
            ]
          }
        ]
      }
    ]
  },
  "org": {
    "users": [
      {
        "id": 7,
        "admin": true
      },
      {
        "id": "ann"
      }
    ]
  }
}
"#;

#[test]
fn apply_prints_the_new_document_and_writes_the_receipt() {
    let world = file("apply.json", SAVED.replacen('{', r#"{ "records": [ { "id": 1, "type": "contact" } ],"#, 1));
    let commands = file("apply_commands.json", r#"[ { "rename_user": { "id": "ann", "name": "Ann" } } ]"#);
    let receipt = file("apply_receipt.json", "");
    let renamed = SAVED.replace(r#""id": "ann""#, "\"id\": \"ann\",\n        \"name\": \"Ann\"");
    prints(&["apply", &world, "--commands", &commands, "--as", "7", "--receipt", &receipt], &renamed, 0);
    let written: serde_json::Value = serde_json::from_str(&fs::read_to_string(&receipt).unwrap()).unwrap();
    let hash = written["audit"]["hash"].as_str().unwrap();
    assert_eq!(
        written,
        serde_json::json!({
            "before": 0,
            "after": 1,
            "undo": [ { "rename_user": { "id": "ann", "name": null } } ],
            "audit": {
                "revision": 1, "by": { "user": 7 }, "hash": hash,
                "commands": [ { "rename_user": { "id": "ann", "name": "Ann" } } ],
            },
        })
    );
    // What undoes it, applied to what it made, gives the bytes before.
    let undo = file("apply_undo.json", written["undo"].to_string());
    let after = file("apply_after.json", renamed);
    prints(&["apply", &after, "--commands", &undo], SAVED, 0);
    let nothing = file("apply_nothing.json", "[]");
    let again = after.replace("apply_after", "apply");
    prints(&["apply", &again, "--commands", &nothing], SAVED, 0);
    let piped = orgscope(&["apply", &again, "--commands", "-"]).stdin(File::open(&nothing).unwrap()).output().unwrap();
    assert_eq!(String::from_utf8(piped.stdout).unwrap(), SAVED);
}

#[track_caller]
fn is_refused(arguments: &[&str], stderr: &str) {
    assert_eq!(run(arguments), (String::new(), stderr.to_owned(), Some(3)), "{arguments:?}");
}

#[test]
fn apply_refuses_what_the_rules_do_not_allow() {
    let world = file("apply_refused.json", SAVED);
    let remove = file(
        "apply_remove.json",
        r#"[ { "set_active": { "user": 7, "active": true } }, { "remove_user": { "id": 7 } } ]"#,
    );
    let receipt = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("apply_no_receipt.json");
    let _ = fs::remove_file(&receipt);
    let command = ["apply", &world, "--commands", &remove, "--receipt", receipt.to_str().unwrap()];
    is_refused(
        &command,
        "refused: would_lock_out: commands[1]: nobody could manage section `crm` any more, because only administrators can: make somebody else an administrator first\n",
    );
    assert!(!receipt.exists());
    let forced = SAVED.replace("      {\n        \"id\": 7,\n        \"admin\": true\n      },\n", "");
    prints(&["apply", &world, "--commands", &remove, "--force"], &forced, 0);
    is_refused(
        &["apply", &world, "--commands", &remove, "--as", "ann"],
        "refused: not_permitted: commands[0]: user `ann` is not an administrator: only active administrators and the host application may change the company\n",
    );
    let nothing = file("apply_nothing_by_a_stranger.json", "[]");
    is_refused(
        &["apply", &world, "--commands", &nothing, "--as=-7"],
        "refused: not_permitted: there is no active user `-7`\n",
    );
    is_misused(
        &["apply", &world, "--commands", &remove, "--as", "7", "--force"],
        "error: the argument '--as <U>' cannot be used with '--force'",
    );
}

const COMMAND: &str = "expected a command: an object with one key, the command's name";

#[test]
fn apply_reads_one_array_of_commands() {
    let world = file("apply_reads.json", SAVED);
    for (name, text, error) in [
        ("object", r#"{ "remove_user": { "id": 7 } }"#, ":1: expected an array of commands, found an object"),
        ("null", "null", ":1: expected an array of commands, found null"),
        ("text", "\"x\"", ":1: expected an array of commands, found a string \"x\""),
        ("within", "[[]]", &format!(":1: [0]: invalid type: array, {COMMAND}")),
        ("empty", "", ":1: EOF while parsing a value"),
        ("two", "[] []", ":1: trailing characters"),
        (
            "unknown",
            "[\n{ \"drop_user\": { \"id\": 7 } } ]",
            ":2: [0].drop_user: unknown variant `drop_user`, expected one of `add_department`, `rename_department`, `move_department`, `remove_department`, `add_user`, `rename_user`, `set_active`, `remove_user`, `join_department`, `leave_department`, `set_head`, `set_deputy`, `add_group`, `rename_group`, `remove_group`, `join_group`, `leave_group`, `set_administrator`, `create_role`, `clone_role`, `rename_role`, `delete_role`, `set_hidden`, `set_level`, `set_level_for_all_roles`, `assign`, `unassign`, `prune`",
        ),
    ] {
        let commands = file(&format!("apply_reads_{name}.json"), text);
        fails(&["apply", &world, "--commands", &commands], &format!("{commands}{error}\n"));
    }
    let missing = "missing.json: can't be read: No such file or directory (os error 2)\n";
    fails(&["apply", &world, "--commands", "missing.json"], missing);
    let commands = file("apply_reads_nothing.json", "[]");
    fails(&["apply", "missing.json", "--commands", &commands], missing);
    let folder = env!("CARGO_TARGET_TMPDIR");
    fails(
        &["apply", &world, "--commands", &commands, "--receipt", folder],
        &format!("{folder}: can't be written: Is a directory (os error 21)\n"),
    );
}

// explain, diff, dot, lint

#[test]
fn explain_tells_why_and_what_would_change_it() {
    let explain = |user, record| ["explain", "world.json", "--user", user, "--action", "lead.read", "--record", record];
    prints(
        &explain("7", "z"),
        "allow: `lead.read` is `department`, and the record is the user's own\n\
         User 7 has `department` for `lead.read`:\n\
         - `department` by the role Seller, assigned to employees, and user 7 is a member of sales.\n\
         This covers the record: it is user 7's own.\n",
        0,
    );
    let unknown = "deny: there is no such user\nTo be allowed anything, `zoe` has to be added as a user first.\n";
    prints(&explain("zoe", "z"), unknown, 1);
    let (json, stderr, code) = run(&[&explain("7", "line\nbreak")[..], &["--json"]].concat());
    assert_eq!((stderr.as_str(), code, json.lines().count()), ("", Some(1), 1));
    let told: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&told["decision"], &told["code"]), (&"deny".into(), &"out_of_reach".into()));
    fails(
        &["explain", "world.json", "--user", "7", "--action", "lead.read"],
        "error: `lead.read` is not a toggle: name a record\n",
    );
}

#[test]
fn diff_says_who_gains_and_who_loses() {
    let world = fs::read_to_string(format!("{FOLDER}/world.json")).unwrap();
    let mut changed: serde_json::Value = serde_json::from_str(&world).unwrap();
    for role in changed["roles"].as_array_mut().unwrap() {
        if role["id"] == "seller" {
            role["grants"]["lead.read"] = "own".into();
        }
    }
    let changed = file("changed.json", changed.to_string());
    prints(&["diff", "world.json", "world.toml"], "", 0);
    prints(&["diff", "world.json", &changed], "user 7: lead.read department → own\n", 1);
    prints(&["diff", &changed, "world.json"], "user 7: lead.read own → department\n", 1);
    prints(
        &["diff", "world.json", &changed, "--json"],
        "{\"format\":1,\"groups\":[{\"changes\":[{\"after\":\"own\",\"before\":\"department\",\"gains\":false,\"loses\":true,\"permission\":\"lead.read\"}],\"count\":1,\"users\":[7]}]}\n",
        1,
    );
    fails(
        &["diff", "world.json", "missing.json"],
        "missing.json: can't be read: No such file or directory (os error 2)\n",
    );
}

#[test]
fn dot_draws_the_company_and_what_a_user_reaches() {
    prints(
        &["dot", "world.json"],
        r#"digraph company {
  rankdir=TB; node [shape=box, style="rounded,filled", fillcolor=white, fontname="sans-serif"];
  d0 [label="acme\nhead: user -7\n1 member"];
  d1 [label="sales\nno head\n1 member, and 1 inactive"];
  d0 -> d1 [arrowhead=none];
}
"#,
        0,
    );
    let reach = |user| ["dot", "world.json", "--user", user, "--action", "lead.read"];
    let (text, ..) = run(&reach("-7"));
    assert!(
        text.contains(r##"d1 [label="sales\nno head\n1 member, and 1 inactive", fillcolor="#b7e1cd"];"##),
        "{text}"
    );
    assert!(
        text.contains(r##"d0 [label="acme\nhead: user -7\n1 member", fillcolor="#b7e1cd", penwidth=3];"##),
        "{text}"
    );
    let (text, ..) = run(&reach("7"));
    assert!(!text.contains(r#"d0 [label="acme\nhead: user -7\n1 member", fillcolor"#), "{text}");
    assert!(text.contains(r#"label="What user 7 reaches by lead.read: department\n(green: "#), "{text}");
    for (user, why) in [("zoe", "there is no such user"), ("\"7\"", "the user is inactive")] {
        let (text, ..) = run(&reach(user));
        assert!(text.contains(&format!(" reaches nothing by lead.read: {why}\\n")), "{text}");
    }
    fails(
        &["dot", "world.json", "--user", "7", "--action", "lead.export"],
        "error: `lead.export` is a toggle: only permissions on records can be listed\n",
    );
    is_misused(&["dot", "world.json", "--user", "7"], "error: the following required arguments were not provided:");
}

/// The picture of the README is drawn from this.
#[test]
fn the_picture_of_the_crm_is_as_pinned() {
    let crm = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/crm.json");
    let pinned = include_str!("../data/cli/crm.dot");
    prints(&["dot", crm, "--user", "sam", "--action", "contact.read"], pinned, 0);
}

#[test]
fn lint_is_printed_after_valid() {
    prints(
        &["validate", "--lint", "world.json"],
        "world.json: valid\n\
         world.json: warning: org.users: `7`, `\"7\"` are separate ids that differ only by the form of the number \
         [near_duplicate_ids]\n",
        0,
    );
    prints(
        &["validate", "--lint", "--allow", "no_head", "--allow", "near_duplicate_ids", "world.json"],
        "world.json: valid\n",
        0,
    );
}

#[test]
fn an_unknown_code_is_not_allowed() {
    let (stdout, stderr, code) = run(&["validate", "--lint", "--allow", "no_heed", "world.json"]);
    assert_eq!((stdout.as_str(), code), ("", Some(2)));
    assert!(stderr.starts_with("error: invalid value 'no_heed' for '--allow <CODE>'\n"), "{stderr}");
    assert!(stderr.contains("a similar value exists: 'no_head'"), "{stderr}");
    let (_, stderr, code) = run(&["validate", "--allow", "no_head", "world.json"]);
    assert_eq!(code, Some(2), "{stderr}");
}

#[test]
fn what_is_no_terminal_has_no_colours() {
    let (stdout, ..) = run(&["check", "world.json", "--user=-7", "--action", "lead.export"]);
    assert!(!stdout.contains('\u{1b}'));
}

/// A company in which something begins and ends.
const PERIODS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/worlds/periods.json");

#[test]
fn an_answer_is_for_an_instant() {
    let manage = ["check", PERIODS, "--user", "nils", "--action", "clinic_settings.manage"];
    let at = |instant| [&manage[..], &["--at", instant]].concat();
    prints(&at("2027-02-28T22:59:59Z"), "deny: no role of the user gives `clinic_settings.manage`\n", 1);
    prints(&at("2027-03-01T00:00:00+01:00"), "allow: `clinic_settings.manage` is `allow`\n", 0);
    let list = ["list", PERIODS, "--user", "tove", "--action", "chart.write", "--at"];
    prints(&[&list[..], &["2026-12-14T22:59:59Z"]].concat(), "c-paz\nc-rui\nc-tove\nc-xu\n", 0);
    prints(&[&list[..], &["2026-12-14T23:00:00Z"]].concat(), "c-tove\n", 0);
    let who = ["who", PERIODS, "--action", "chart.sign", "--record", "c-haas", "--at", "2026-12-25T00:00:00Z"];
    prints(&who, "lin\n", 0);
    let matrix = ["matrix", PERIODS, "--user", "tove", "--csv", "--at", "2026-12-01T00:00:00Z"];
    assert!(run(&matrix).0.contains("chart.write,department"), "{}", run(&matrix).0);
    let picture = run(&["dot", PERIODS, "--at", "2026-12-25T00:00:00Z"]).0;
    assert!(picture.contains(r#"[label="Surgery\nhead: Dr Lin\n1 member"]"#), "{picture}");
    let (stdout, stderr, code) = run(&at("2027-03-01"));
    assert_eq!((stdout.as_str(), code), ("", Some(2)));
    assert_eq!(
        stderr.lines().next(),
        Some(
            "error: invalid value '2027-03-01' for '--at <TIME>': `2027-03-01` is a date alone: add the time of day and the \
             offset, as in `2027-03-01T00:00:00+01:00`"
        )
    );
}

/// Without an instant it is the present time; in 2026 Mara manages, and later Nils does.
#[test]
fn without_an_instant_it_is_the_present_time() {
    let manages = |user| run(&["check", PERIODS, "--user", user, "--action", "clinic_settings.manage"]).2 == Some(0);
    assert!(manages("mara") != manages("nils"));
}

#[test]
fn changes_are_judged_at_an_instant() {
    let commands = file("judged_at.json", r#"[{"prune": {"ended_by": "2026-12-20T00:00:00Z"}}]"#);
    let apply = ["apply", PERIODS, "--commands", &commands, "--at"];
    let (_, stderr, code) = run(&[&apply[..], &["2026-12-19T00:00:00Z"]].concat());
    assert_eq!(code, Some(3));
    assert_eq!(
        stderr,
        "refused: invalid: commands[0]: `ended_by` (2026-12-20T00:00:00Z) is later than the instant of the policy \
         (2026-12-19T00:00:00Z): prune what has ended by then\n"
    );
    let (stdout, stderr, code) = run(&[&apply[..], &["2026-12-20T00:00:00Z"]].concat());
    assert_eq!((stderr.as_str(), code), ("", Some(0)));
    assert!(
        stdout.contains("2027-01-06T23:00:00Z")
            && !stdout.contains("2026-12-19T23:00:00Z\"\n            }\n          ],\n          \"id\": \"okafor\""),
        "{stdout}"
    );
    assert!(!stdout.contains("\"at\""));
}

#[test]
fn a_difference_is_followed_through_time() {
    let text = std::fs::read_to_string(PERIODS).unwrap();
    let later = file("a_month_later.json", text.replace("2027-03-01", "2027-04-01"));
    let diff = ["diff", PERIODS, &later, "--at", "2026-12-01T00:00:00Z"];
    prints(
        &diff,
        "from 2027-02-28T23:00:00Z on:\nNils: clinic_settings.manage allow → deny\nMara: clinic_settings.manage deny → allow\n\
         from 2027-03-31T23:00:00Z on: nothing differs\n",
        1,
    );
    prints(&["diff", PERIODS, PERIODS, "--at", "2026-12-01T00:00:00Z"], "", 0);
}

#[test]
fn a_calendar_lists_what_begins_and_ends() {
    prints(
        &["calendar", PERIODS],
        "2026-12-01T09:00:00Z  begins  Vera in group Review of December\n\
         2026-12-12T17:00:00Z  ends    Vera in group Review of December\n\
         2026-12-12T17:00:00Z  ends    role \"Reviewer: every chart, while the review lasts\" for group Review of December\n\
         2026-12-14T23:00:00Z  ends    role \"Trainee: writes what the ward writes\" for Tove\n\
         2026-12-19T23:00:00Z  ends    Dr Okafor head of Surgery\n\
         2026-12-19T23:00:00Z  begins  Dr Lin head of Surgery\n\
         2026-12-31T19:00:00Z  begins  role \"Night shift in Emergency, over the turn of the year\" for Kit in Emergency\n\
         2026-12-31T23:00:00Z  ends    Paz member of Emergency\n\
         2026-12-31T23:00:00Z  begins  Paz member of Pediatrics\n\
         2026-12-31T23:00:00Z  begins  Xu deputy of Pediatrics\n\
         2027-01-01T07:00:00Z  ends    role \"Night shift in Emergency, over the turn of the year\" for Kit in Emergency\n\
         2027-01-06T23:00:00Z  ends    Dr Lin head of Surgery\n\
         2027-02-28T23:00:00Z  ends    role Rights for Mara\n\
         2027-02-28T23:00:00Z  begins  role Rights for Nils\n",
        0,
    );
    let first = run(&["calendar", PERIODS, "--json"]).0.lines().next().map(str::to_owned);
    assert_eq!(
        first.as_deref(),
        Some(r#"{"at":"2026-12-01T09:00:00Z","turn":"begins","what":"Vera in group Review of December"}"#)
    );
    prints(&["calendar", "world.json"], "", 0);
}

const VARIANTS: &str = r#"{ "format": 1,
  "schema": { "sections": [ { "name": "crm", "resources": [
    { "name": "deal", "variants": ["new", {"name": "won", "values": [7, "C5:WON"]}, "lost"],
      "fields": { "amount": { "read": "see_amount" } },
      "actions": [ { "name": "read" }, { "name": "update", "requires": ["read"] }, { "name": "enter" }, { "name": "see_amount" } ] } ] } ] },
  "org": { "departments": [ { "id": 1, "name": "Sales" } ],
    "users": [ { "id": "ann", "name": "Ann", "departments": [1] }, { "id": "bo", "name": "Bo", "departments": [1] } ] },
  "roles": [ { "id": "seller", "section": "crm", "name": "Seller",
    "grants": { "deal.read": "department", "deal.update": { "default": "own", "won": "deny" }, "deal.enter": { "won": "own" } },
    "assigned_to": [ { "department": 1 } ] } ],
  "records": [ { "id": "d1", "type": "deal", "owner": "ann", "variant": 7 }, { "id": "d2", "type": "deal", "owner": "ann", "variant": "new" } ] }"#;

/// A deal is closed to sellers once it is won, and every answer says so.
#[test]
fn variants_are_told_everywhere() {
    let world = file("variants.json", VARIANTS);
    let findings = format!(
        "{world}: valid\n\
         {world}: note: schema deal.variants: no role has a level for `new`, `lost` [unnamed_variant]\n\
         {world}: warning: schema deal.fields[\"amount\"].read: `deal.see_amount` does not require `deal.read`, so it may be \
         allowed for a record that is not [field_without_read]\n\
         {world}: warning: roles[id=\"seller\"].grants[\"deal.update\"][\"won\"]: it gives less than for all other records, so a \
         record whose variant is missing or unknown is reached by more [narrower_variant]\n"
    );
    prints(&["validate", "--lint", &world], &findings, 0);
    let matrix = |who: &str| {
        format!(
            "crm\npermission       {who}\ndeal.read        department\ndeal.update      own; won: deny\n\
             deal.enter       won: own\ndeal.see_amount  -\n"
        )
    };
    prints(&["matrix", &world], &matrix("seller"), 0);
    prints(&["matrix", &world, "--user", "ann"], &matrix("ann"), 0);
    let update = |record| ["check", &world, "--user", "ann", "--action", "deal.update", "--record", record];
    prints(&update("d2"), "allow: `deal.update` is `own`, and the record is the user's own\n", 0);
    prints(&update("d1"), "deny: no role of the user gives `deal.update` in `won`\n", 1);
    let why = "deny: no role of the user gives `deal.update` in `won`\n\
        Ann has nothing for `deal.update` in `won`: none of their roles grants it, and the permission has no floor.\n\
        Ann has `department` for `deal.read` in `won`, which `deal.update` requires:\n\
        - `department` by the role Seller, assigned to Sales, where Ann is a member.\n\
        This covers the record: it is Ann's own.\n\
        The record belongs to Ann, a member of Sales; it is not available to everyone, and shared with nobody; its variant is \
        `won`, by the value `7`.\n\
        This would allow it: raise `deal.update` in `won` of the role Seller to `own` (widens 1 permission each for 2 people).\n";
    prints(&["explain", &world, "--user", "ann", "--action", "deal.update", "--record", "d1"], why, 1);
    // A value that is the name of a variant with other values means none.
    let why = run(&[
        "explain",
        &file("variants_unlisted.json", VARIANTS.replace(r#""variant": 7"#, r#""variant": "won""#)),
        "--user",
        "bo",
        "--action",
        "deal.update",
        "--record",
        "d1",
    ]);
    assert!(why.0.contains("; `won` means none of the variants.\n"), "{}", why.0);
    let opened = VARIANTS.replace(r#""won": "deny" }, "deal.enter""#, r#""won": "department" }, "deal.enter""#);
    let opened = file("variants_opened.json", &opened);
    prints(&["diff", &world, &opened], "Ann and Bo: deal.update [won] deny → department\n", 1);
}

/// A list needs to know where variants are, if the answer depends on them.
#[test]
fn sql_asks_for_the_column_of_variants() {
    let world = file("variants_sql.json", VARIANTS);
    let sql = |more: &[&str]| {
        let question = ["sql", &world, "--user", "ann", "--action", "deal.update", "--dialect", "postgres", "--json"];
        run(&question.into_iter().chain(more.iter().copied()).collect::<Vec<_>>())
    };
    let (out, told, code) = sql(&[]);
    assert_eq!((out.as_str(), code), ("", Some(2)));
    assert_eq!(
        told,
        "error: the answer depends on the variant of a record of the type `deal`: name its column by `--variant`, or write \
         `--variant none` if the table has none\n"
    );
    let printed = |more: &[&str], line: &str| assert_eq!(sql(more), (format!("{line}\n"), String::new(), Some(0)));
    printed(
        &["--variant", "stage", "--variant-ids", "integer"],
        r#"{"sql":"((\"stage\" IS NULL OR (NOT \"stage\" = $1)) AND \"owner_id\" = $2)","params":[7,"ann"]}"#,
    );
    printed(&["--variant", "none"], r#"{"sql":"\"owner_id\" = $1","params":["ann"]}"#);
}
