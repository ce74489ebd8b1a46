//! The results of tests as a `JUnit` report, the XML that build servers read.

use std::path::Path;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::expectations::Case;
use crate::one_line::one_line;
use crate::outcome::Failure;
use crate::suite::Suite;

/// Writes the report: a suite for each file, with a case for each expectation. It contains no times, so equal results
/// give equal reports.
pub(crate) fn write(file: &Path, suites: &[Suite]) -> Result<(), Failure> {
    let mut report = Report::new("orgscope");
    report.add_test_suites(suites.iter().map(suite));
    let written = report.to_string().map_err(|error| error.to_string());
    let written = written.and_then(|text| std::fs::write(file, text).map_err(|error| error.to_string()));
    written.map_err(|error| Failure::File(vec![format!("{}: can't be written: {error}", file.display())]))
}

fn suite(tested: &Suite) -> TestSuite {
    let mut suite = TestSuite::new(one_line(&tested.name));
    match &tested.cases {
        Ok(cases) => suite.add_test_cases(cases.iter().map(case)),
        Err(problems) => suite.add_test_case(TestCase::new(
            "the file is valid",
            not_passed(
                NonSuccessKind::Error,
                "the file is invalid",
                &problems.iter().map(|problem| one_line(problem)).collect::<Vec<_>>().join("\n"),
            ),
        )),
    };
    for case in &mut suite.test_cases {
        case.set_classname(one_line(&tested.name));
    }
    suite
}

fn case(tested: &Case) -> TestCase {
    let status = match &tested.wrong {
        None => TestCaseStatus::success(),
        Some(wrong) => not_passed(NonSuccessKind::Failure, &one_line(wrong), ""),
    };
    TestCase::new(one_line(&tested.name), status)
}

fn not_passed(kind: NonSuccessKind, message: &str, description: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message);
    if !description.is_empty() {
        status.set_description(description);
    }
    status
}
