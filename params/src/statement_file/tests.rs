use super::*;
use halo2curves::bn256::Fr;

const SETTING: Setting = Setting {
    chain_id: 17_000,
    pool: [0x11; 20],
    account: [0x22; 20],
};

fn duty() -> StatementFile {
    let statement = DutyStatement {
        ledger_root: Fr::from(1),
        operator_id: -Fr::from(2),
        thresholds: Thresholds {
            min_performance_bps: 9_500,
            min_uptime_bps: 9_700,
            max_outage_epochs: 12,
        },
        claims: DutyClaims {
            validators: 12,
            good_bps: 9_000,
            slashed: 1,
            performance_bps: 9_800,
            good_stake: (1 << 48) - 1,
        },
        context: SETTING.context(Purpose::Duty),
    };
    StatementFile::new(SETTING, Statement::Duty(statement)).unwrap()
}

fn enrolment() -> StatementFile {
    let statement = EnrolmentStatement {
        registry_root: Fr::from(3),
        operator_id: Fr::from(4),
        validators: 5,
        context: SETTING.context(Purpose::Enrolment),
    };
    StatementFile::new(SETTING, Statement::Enrolment(statement)).unwrap()
}

fn membership() -> StatementFile {
    let setting = Setting {
        account: NO_ACCOUNT,
        ..SETTING
    };
    let statement = MembershipStatement {
        operators_root: Fr::from(6),
        pool: setting.pool_id(),
        index: (1 << 40) - 1,
        tag: Fr::from(7),
        context: setting.context(Purpose::Registration),
    };
    StatementFile::new(setting, Statement::Membership(statement)).unwrap()
}

#[test]
fn what_is_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("statement.json");
    for file in [duty(), enrolment(), membership()] {
        file.write(&path).unwrap();
        assert_eq!(StatementFile::read(&path).unwrap(), file);
    }
}

#[test]
fn the_mark_of_an_unsigned_registry_stays_with_the_statement() {
    for file in [duty(), enrolment()] {
        assert!(!file.unsigned_registry());
        assert!(!file.to_json().contains("unsigned_registry"));
        let marked = file.with_unsigned_registry(true);
        let json = marked.to_json();
        assert!(json.contains("\"unsigned_registry\": true"), "{json}");
        let read = StatementFile::from_json(json.as_bytes()).unwrap();
        assert!(read.unsigned_registry());
        assert_eq!(read, marked);
        let wrong = json.replace("\"unsigned_registry\": true", "\"unsigned_registry\": 1");
        assert!(StatementFile::from_json(wrong.as_bytes()).is_err());
    }
    let membership = membership().with_unsigned_registry(true);
    assert!(!membership.unsigned_registry(), "it is about operators");
}

#[test]
fn the_text_is_what_the_document_shows() {
    let expected = r#"{
  "statement": "enrolment",
  "version": 1,
  "chain_id": 17000,
  "pool": "0x1111111111111111111111111111111111111111",
  "account": "0x2222222222222222222222222222222222222222",
  "registry_root": "0x0000000000000000000000000000000000000000000000000000000000000003",
  "operator_id": "0x0000000000000000000000000000000000000000000000000000000000000004",
  "validators": 5
}
"#;
    assert_eq!(enrolment().to_json(), expected);
}

#[test]
fn the_documents_example_is_a_statement() {
    let document = include_str!("../../../docs/formats.md");
    let (_, example) = document.split_once("```json\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let file = StatementFile::from_json(example.as_bytes()).unwrap();
    assert_eq!(file.to_json(), example);
}

#[test]
fn a_context_of_another_setting_or_purpose_is_refused() {
    let Statement::Duty(mut statement) = *duty().statement() else {
        unreachable!()
    };
    let other = Setting {
        chain_id: 1,
        ..SETTING
    };
    let result = StatementFile::new(other, Statement::Duty(statement));
    assert!(matches!(result, Err(StatementFileError::Context)));
    statement.context = SETTING.context(Purpose::Enrolment);
    let result = StatementFile::new(SETTING, Statement::Duty(statement));
    assert!(matches!(result, Err(StatementFileError::Context)));

    let member = *membership().statement();
    let result = StatementFile::new(SETTING, member);
    assert!(matches!(result, Err(StatementFileError::Account)));
    let other = Setting {
        pool: [9; 20],
        account: NO_ACCOUNT,
        ..SETTING
    };
    let result = StatementFile::new(other, member);
    assert!(matches!(result, Err(StatementFileError::Pool)));
}

#[test]
fn a_changed_setting_changes_the_context() {
    let text = duty().to_json().replace("17000", "17001");
    let changed = StatementFile::from_json(text.as_bytes()).unwrap();
    let Statement::Duty(statement) = changed.statement() else {
        unreachable!()
    };
    assert_ne!(statement.context, SETTING.context(Purpose::Duty));
    assert_eq!(statement.context, changed.setting().context(Purpose::Duty));
}

#[test]
fn fields_unknown_missing_twice_or_of_the_wrong_kind_are_refused() {
    let edits = [
        ("\"validators\": 12", "\"validators\": 12, \"extra\": 1"),
        ("\"version\": 1,", "\"version\": 1, \"context\": \"0x00\","),
        ("\"validators\": 12,", ""),
        (
            "\"validators\": 12,",
            "\"validators\": 12, \"validators\": 13,",
        ),
        ("\"validators\": 12", "\"validators\": -1"),
        ("\"validators\": 12", "\"validators\": 4294967296"),
        ("\"validators\": 12", "\"validators\": 12.0"),
        ("\"good_bps\": 9000", "\"good_bps\": 65536"),
        ("\"duty\"", "\"registration\""),
        ("\"duty\"", "\"enrolment\""),
        ("0x1111", "0x111"),
        ("0x1111", "1111"),
        ("0x2222", "0X2222"),
    ];
    for (from, to) in edits {
        let text = duty().to_json();
        assert!(text.contains(from), "{from}");
        let result = StatementFile::from_json(text.replacen(from, to, 1).as_bytes());
        assert!(
            matches!(result, Err(StatementFileError::Json(_))),
            "{to}: {result:?}"
        );
    }
}

#[test]
fn field_elements_are_reduced_and_have_one_spelling() {
    let modulus = "30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001";
    let one = format!("{:0>64}", "1");
    for bad in [modulus, &"f".repeat(64), &modulus.to_uppercase()] {
        let text = duty().to_json().replace(&one, bad);
        let result = StatementFile::from_json(text.as_bytes());
        assert!(matches!(result, Err(StatementFileError::Json(_))), "{bad}");
    }
}

#[test]
fn other_versions_and_sizes_are_refused() {
    let text = duty().to_json().replace("\"version\": 1", "\"version\": 2");
    assert!(matches!(
        StatementFile::from_json(text.as_bytes()),
        Err(StatementFileError::Version {
            expected: 1,
            got: 2
        })
    ));
    let mut text = duty().to_json().into_bytes();
    for len in 0..text.len() - 2 {
        assert!(StatementFile::from_json(&text[..len]).is_err(), "{len}");
    }
    text.resize(MAX_FILE_BYTES + 1, b' ');
    assert!(matches!(
        StatementFile::from_json(&text),
        Err(StatementFileError::TooLarge { .. })
    ));
    text.truncate(MAX_FILE_BYTES);
    assert!(
        StatementFile::from_json(&text).is_ok(),
        "blanks at the end do no harm"
    );
}
