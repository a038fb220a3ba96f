//! What the wires say, written down a second time: which desk cells are one value, and that the arithmetic
//! on the prelude's desk is the clauses S8 and S9 and nothing else.

use super::layout::{rng, shapes};
use super::ops::Op;
use super::*;
use rand_chacha::ChaCha20Rng;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// A desk cell: lane and row.
type At = (usize, usize);

/// Representatives of wired desk cells.
fn classes(sheet: &Sheet) -> impl Fn(At) -> At + use<> {
    let mut class: BTreeMap<At, At> = BTreeMap::new();
    fn find(class: &BTreeMap<At, At>, mut c: At) -> At {
        while let Some(&d) = class.get(&c) {
            c = d;
        }
        c
    }
    for (a, b) in &sheet.copies {
        let (a, b) = (find(&class, (a.lane, a.row)), find(&class, (b.lane, b.row)));
        if a != b {
            class.insert(b, a);
        }
    }
    move |c| find(&class, c)
}

/// Nothing of the idle preludes of other lanes is wired to anything, and wires never cross from a
/// cell that no operation reads.
#[test]
fn idle_preludes_are_unwired() {
    for shape in shapes() {
        let prelude = match shape.family {
            Family::Duty(words) => crate::assemble::duty::rows(words).0,
            Family::Enrolment => crate::assemble::enrolment::ROWS.0,
            Family::Membership => 0,
        };
        for (a, b) in &VigilCircuit::blank(shape).sheet().copies {
            for cell in [a, b] {
                assert!(cell.lane == 0 || cell.row >= prelude, "{shape} {cell:?}");
            }
        }
    }
}

/// The wiring of the blocks as the protocol needs it, written down a second time.
#[test]
fn blocks_are_wired_as_the_protocol_says() {
    for shape in shapes() {
        let Family::Duty(words) = shape.family else {
            continue;
        };
        let (prelude, block, _) = crate::assemble::duty::rows(words);
        let lanes = shape.lanes as usize;
        let places = shape.capacity() as usize;
        let mut groups: Vec<Vec<At>> = Vec::new();
        let mut constant = |row: usize| {
            groups.push(vec![(0, row)]);
            groups.len() - 1
        };
        let [secret, pool, max_outage, performance, uptime, root, zero] =
            [12, 13, 5, 3, 4, 37, 11].map(&mut constant);
        let mut running = [zero; 4];
        for place in 0..places {
            let (lane, base) = (place % lanes, prelude + place / lanes * block);
            let c = |rows: &[usize]| -> Vec<_> { rows.iter().map(|r| (lane, base + r)).collect() };
            for (group, row) in [
                (secret, 31),
                (pool, 33),
                (max_outage, 12),
                (performance, 45),
                (uptime, 46),
                (root, 36),
                (running[0], 63),
                (running[1], 67),
                (running[2], 28),
                (running[3], 49),
            ] {
                groups[group].push((lane, base + row));
            }
            for step in 0..113 * words.count() {
                groups[max_outage].push((lane, base + 82 + 2 * step));
            }
            // No miss is left.
            groups[zero].extend([82, 84].map(|row| (lane, base + row + 226 * words.count())));
            for rows in [
                &[65, 32, 6][..],
                &[64, 34],
                &[55, 57],
                &[2, 7, 68, 40],
                &[8, 56, 38],
                &[9, 14, 52],
                &[42, 54],
                &[10, 29, 50],
                &[11, 47, 80],
                &[15, 79],
                &[16, 43, 51],
                &[17, 44],
                &[75, 23],
                &[76, 24],
                &[77, 25],
                &[26, 58, 39],
                &[41, 53, 37, 81],
                &[block + 30, 35],
            ] {
                groups.push(c(rows));
            }
            for (i, row) in [62, 66, 27, 48].into_iter().enumerate() {
                groups.push(c(&[row]));
                running[i] = groups.len() - 1;
            }
        }
        let circuit = VigilCircuit::blank(shape);
        let class = classes(circuit.sheet());
        let mut actual: BTreeMap<At, BTreeSet<At>> = BTreeMap::new();
        let anchors = [12, 13, 5, 3, 4, 37, 11];
        let sheet = circuit.sheet();
        for lane in 0..lanes {
            for row in 0..sheet.fixed[0].len() {
                let counted = row >= prelude || (lane == 0 && anchors.contains(&row));
                if counted && !sheet.desk_is_free(lane, row) {
                    actual
                        .entry(class((lane, row)))
                        .or_default()
                        .insert((lane, row));
                }
            }
        }
        let actual: BTreeSet<_> = actual.into_values().filter(|g| g.len() > 1).collect();
        let expected: BTreeSet<BTreeSet<_>> = groups
            .into_iter()
            .map(|g| g.into_iter().collect::<BTreeSet<_>>())
            .filter(|g| g.len() > 1)
            .collect();
        assert!(
            actual == expected,
            "{shape}: {:?} {:?}",
            actual.difference(&expected).next(),
            expected.difference(&actual).next()
        );
        // The totals are wired to the last sums.
        for i in [1, 2, 3] {
            let (lane, base) = ((places - 1) % lanes, prelude + (places - 1) / lanes * block);
            let cell = (lane, base + [62, 66, 27, 48][i]);
            let of_total = (0..prelude).filter(|&r| class((0, r)) == class(cell));
            assert_eq!(of_total.count(), 1, "{shape}");
        }
    }
}

/// The prelude's arithmetic as the marks and wires give it, against the clauses written down again: all
/// values are random, so that two relations agree only if they are the same polynomial.
#[test]
fn the_preludes_relations_are_the_clauses() {
    for shape in shapes() {
        let Family::Duty(_) = shape.family else {
            continue;
        };
        let circuit = VigilCircuit::blank(shape);
        let sheet = circuit.sheet();
        let class = classes(sheet);
        let of = |row: usize| class((0, row));
        let mut rng = rng(5);
        let mut value: BTreeMap<At, Fr> = BTreeMap::new();
        let is = |row: usize, op: Op| {
            let (column, v) = ops::slot(shape.family, op);
            sheet.fixed[fixed::OPS + column][row] == Fr::from(v)
        };
        // Public inputs are distinct cells, the twelfth is 0.
        for row in 0..12 {
            let v = if row == 11 {
                Fr::ZERO
            } else {
                Fr::random(&mut rng)
            };
            assert!(
                value.insert(of(row), v).is_none(),
                "inputs are wired together"
            );
        }
        // Hashes.
        assert_eq!(of(36), of(1));
        assert_eq!(of(85), of(0));
        assert_eq!(of(14), of(11));
        for row in [12, 13, 37, 38, 39] {
            assert!(value.insert(of(row), Fr::random(&mut rng)).is_none());
        }
        // Claims are range-checked.
        for (row, input) in [
            (58, 3),
            (59, 4),
            (60, 6),
            (178, 9),
            (179, 7),
            (180, 2),
            (186, 8),
            (187, 5),
        ] {
            assert_eq!(of(row), of(input), "{row}");
        }
        let mut new = |value: &mut BTreeMap<At, Fr>, row: usize| {
            let v = Fr::random(&mut rng);
            assert!(value.insert(of(row), v).is_none(), "{row}");
            v
        };
        let [sync_due, m1, m2] = [50, 51, 52].map(|r| new(&mut value, r));
        let [points, all, good] = [91, 92, 93].map(|r| new(&mut value, r));
        let [pdone, pdue, sdone] = [120, 121, 122].map(|r| new(&mut value, r));
        let [low, mid, high] = [153, 154, 155].map(|r| new(&mut value, r));
        let rows: Vec<usize> = (0..240).filter(|&r| is(r, Op::MulAdd)).collect();
        for row in (12..240).filter(|&r| is(r, Op::Given)) {
            assert!(value.insert(of(row), sheet.fixed[3][row]).is_none());
        }
        let p = |value: &BTreeMap<At, Fr>, row: usize| value[&of(row)];
        // Propagate; then witnesses of the pairs are what is left.
        let mut residues = Vec::new();
        let mut done = BTreeSet::new();
        let mut free = Vec::new();
        loop {
            let mut moved = false;
            for &row in &rows {
                if done.contains(&row) {
                    continue;
                }
                let [a, b, c, d] = [0, 1, 2, 3].map(|i| value.get(&of(row + i)).copied());
                if let (Some(a), Some(b), Some(c)) = (a, b, c) {
                    match d {
                        Some(d) => residues.push(a * b + c - d),
                        None => {
                            value.insert(of(row + 3), a * b + c);
                        }
                    }
                    done.insert(row);
                    moved = true;
                }
            }
            if moved {
                continue;
            }
            let Some(&row) = rows.iter().find(|r| !done.contains(r)) else {
                break;
            };
            // a and d are known, b or c are new witnesses.
            assert!(
                value.contains_key(&of(row)) && value.contains_key(&of(row + 3)),
                "{row}"
            );
            for i in [1, 2] {
                if let Entry::Vacant(witness) = value.entry(of(row + i)) {
                    let v = Fr::random(&mut rng_of(row, i));
                    witness.insert(v);
                    free.push((row + i, v));
                }
            }
        }
        let f = |v: u64| Fr::from(v);
        assert_eq!(
            free.len(),
            9,
            "an inverse, a bit and a weight for each pair: {free:?}"
        );
        let dues = [f(54) * all, pdue, sync_due];
        let dones = [points, pdone, sdone];
        let mut expected = vec![
            p(&value, 9) + m1 - good,
            p(&value, 6) * all + m2 - f(10_000) * good,
        ];
        let (mut d, mut w, mut wn) = (vec![], vec![], vec![]);
        for (i, weight) in [54, 8, 2].into_iter().enumerate() {
            let [inverse, z, kept] = [0, 1, 2].map(|j| free[3 * i + j].1);
            expected.push(dues[i] * inverse + z - Fr::ONE);
            expected.push(dues[i] * z);
            expected.push(f(weight) * z + kept - f(weight));
            d.push(dues[i] + z);
            w.push(kept);
            wn.push(kept * dones[i]);
        }
        let two64 = f(1 << 32) * f(1 << 32);
        let margin = low + mid * two64 + high * two64 * two64;
        let performed = wn[0] * d[1] * d[2] + wn[1] * d[2] * d[0] + wn[2] * d[0] * d[1];
        expected.push(
            p(&value, 8) * (w[0] + w[1] + w[2]) * d[0] * d[1] * d[2] + margin
                - f(10_000) * performed,
        );
        residues.sort();
        expected.sort();
        assert_eq!(residues, expected, "{shape}");
        // The packed sums.
        let places = shape.capacity() as usize;
        let Family::Duty(words) = shape.family else {
            panic!()
        };
        let (prelude, block, _) = crate::assemble::duty::rows(words);
        let last = (places - 1, (places - 1) % shape.lanes as usize);
        let base = prelude + last.0 / shape.lanes as usize * block;
        let two56 = f(1 << 56);
        let packed = |v: [Fr; 4]| v[0] + two56 * (v[1] + two56 * (v[2] + two56 * v[3]));
        assert_eq!(
            value[&class((last.1, base + 48))],
            packed([points, all, good, Fr::ZERO])
        );
        assert_eq!(
            value[&class((last.1, base + 27))],
            packed([pdone, pdue, sdone, sync_due])
        );
        // V, and above it the slashed ones.
        assert_eq!(
            value[&class((last.1, base + 66))],
            packed([p(&value, 2), p(&value, 7), Fr::ZERO, Fr::ZERO])
        );
    }
}

fn rng_of(row: usize, i: usize) -> ChaCha20Rng {
    rng((row * 8 + i) as u64 + 99_999)
}

#[test]
fn enrolment_and_membership_are_wired_as_the_protocol_says() {
    for shape in shapes() {
        let sheet = VigilCircuit::blank(shape);
        let sheet = sheet.sheet();
        let class = classes(sheet);
        let lanes = shape.lanes as usize;
        let mut groups: Vec<Vec<At>> = match shape.family {
            Family::Duty(_) => continue,
            Family::Membership => vec![
                vec![(0, 0), (0, 174)],
                vec![(0, 1), (0, 7), (0, 177)],
                vec![(0, 2), (0, 176)],
                vec![(0, 3), (0, 199)],
                vec![(0, 5), (0, 8)],
                vec![(0, 6), (0, 175)],
            ],
            Family::Enrolment => {
                // zero, secret, pool, root, O, R
                let mut groups = vec![
                    vec![(0, 4), (0, 7), (0, 32)],
                    vec![(0, 5)],
                    vec![(0, 6)],
                    vec![(0, 30)],
                    vec![(0, 1), (0, 29)],
                    vec![(0, 0), (0, 54)],
                ];
                let places = shape.capacity() as usize;
                let (mut key, mut count) = (0, 0);
                for place in 0..places {
                    let (lane, base) = (place % lanes, 60 + place / lanes * 290);
                    let at = |row: usize| (lane, base + row);
                    groups[0].push(at(54));
                    groups[1].push(at(27));
                    groups[2].push(at(29));
                    groups[3].push(at(2));
                    groups[key].push(at(99));
                    groups[count].push(at(103));
                    groups.push(vec![at(100), at(0)]);
                    groups.push(vec![at(101), at(28), at(52)]);
                    groups.push(vec![at(51), at(53)]);
                    groups.push(vec![at(316), at(1)]);
                    groups.push(vec![at(98)]);
                    key = groups.len() - 1;
                    groups.push(vec![at(102)]);
                    count = groups.len() - 1;
                }
                groups[count].push((0, 2));
                groups
            }
        };
        groups.retain(|g| g.len() > 1);
        let mut actual: BTreeMap<At, BTreeSet<At>> = BTreeMap::new();
        for lane in 0..lanes {
            for row in (0..sheet.fixed[0].len()).filter(|&r| !sheet.desk_is_free(lane, r)) {
                actual
                    .entry(class((lane, row)))
                    .or_default()
                    .insert((lane, row));
            }
        }
        let actual: BTreeSet<_> = actual.into_values().filter(|g| g.len() > 1).collect();
        let expected: BTreeSet<BTreeSet<At>> = groups
            .into_iter()
            .map(|g| g.into_iter().collect())
            .collect();
        assert!(
            actual == expected,
            "{shape}: {:?} {:?}",
            actual.difference(&expected).next(),
            expected.difference(&actual).next()
        );
    }
}
