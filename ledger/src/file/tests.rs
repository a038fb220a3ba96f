use super::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use vigil_circuits::synthetic::random_row;

fn ledger() -> Ledger {
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    let entries = (0..9)
        .map(|i| LedgerEntry {
            row: random_row(&mut rng, Words::W1, 3 * i),
            tag: Fr::from(i + 100),
            first_active: 0,
        })
        .collect();
    let period = LedgerPeriod {
        genesis_validators_root: [0x11; 32],
        registry_root: Fr::from(5),
        unsigned_registry: true,
        start_epoch: 40,
        epochs: 225,
    };
    Ledger::new(period, entries).unwrap()
}

#[test]
fn a_ledger_survives_its_file() {
    let ledger = ledger();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ledger");
    ledger.write(&path).unwrap();
    let read = Ledger::read(&path).unwrap();
    assert_eq!(read.entries(), ledger.entries());
    assert_eq!(read.header(), ledger.header());
    assert!(read.unsigned_registry());
    assert_eq!(read.file_hash(), ledger.file_hash());
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left behind"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path| std::fs::metadata(path).unwrap().permissions().mode();
        let ordinary = folder.path().join("ordinary");
        std::fs::write(&ordinary, "").unwrap();
        assert_eq!(mode(&path), mode(&ordinary), "whoever may read, reads it");
    }
}

#[test]
fn truncated_longer_and_flipped_files_are_errors() {
    let bytes = ledger().to_bytes();
    for length in 0..bytes.len() {
        assert!(
            Ledger::from_bytes(&bytes[..length]).is_err(),
            "{length} bytes"
        );
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(matches!(
        Ledger::from_bytes(&longer),
        Err(LedgerFileError::Length { .. })
    ));
    // The first flag is not under the root: whoever publishes vouches for it.
    for byte in (0..bytes.len()).filter(|&byte| byte != 16) {
        let mut flipped = bytes.clone();
        flipped[byte] ^= 1 << (byte % 8);
        // first_active of a validator without misses is not under the root either.
        if let Ok(read) = Ledger::from_bytes(&flipped) {
            let differs = read
                .entries()
                .iter()
                .zip(ledger().entries())
                .any(|(a, b)| a.first_active != b.first_active);
            assert!(differs, "byte {byte}");
        }
    }
}

#[test]
fn rows_out_of_order_or_range_are_named() {
    let good = ledger();
    let period = LedgerPeriod {
        genesis_validators_root: [0x11; 32],
        registry_root: Fr::from(5),
        unsigned_registry: true,
        start_epoch: 40,
        epochs: 225,
    };
    let mut entries = good.entries().to_vec();
    entries.swap(1, 2);
    assert!(matches!(
        Ledger::new(period, entries),
        Err(LedgerFileError::Order { position: 2 })
    ));
    let mut entries = good.entries().to_vec();
    entries[3].row.sync_missed = entries[3].row.sync_due + 1;
    assert!(matches!(
        Ledger::new(period, entries),
        Err(LedgerFileError::Field {
            position: 3,
            field: "sync_missed"
        })
    ));
    let other = LedgerPeriod {
        epochs: 0,
        ..period
    };
    assert!(matches!(
        Ledger::new(other, Vec::new()),
        Err(LedgerFileError::Epochs { got: 0 })
    ));
}
