//! Circuits against a second method: all chains of gates, one after the other, nothing skipped.

use mesascope_complexity::{Gates, input_table, smallest_circuit};

/// What no chain computes.
const NONE: u8 = u8::MAX;

/// Writes down the size of every function that some chain of at most `gates` gates computes, with all
/// 16 gates and every order of the same gates.
fn chains(wires: &mut Vec<u128>, used: u8, gates: u8, every: u128, sizes: &mut [u8]) {
    let made = *wires.last().unwrap() as usize;
    sizes[made] = used.min(sizes[made]);
    if used == gates {
        return;
    }
    for left in 0..wires.len() {
        for right in 0..left {
            for gate in 0..16u32 {
                let (a, b) = (wires[left], wires[right]);
                let when = |ones: u32, term: u128| if gate >> ones & 1 == 1 { term } else { 0 };
                let made = when(0, !a & !b) | when(1, !a & b) | when(2, a & !b) | when(3, a & b);
                wires.push(made & every);
                chains(wires, used + 1, gates, every, sizes);
                wires.pop();
            }
        }
    }
}

/// Sizes by brute force, by table, where an input, its negation and constants cost nothing.
fn brute_force(inputs: usize, gates: u8) -> Vec<u8> {
    let every = (1u128 << (1 << inputs)) - 1;
    let mut wires: Vec<u128> = (0..inputs).map(|input| input_table(inputs, input)).collect();
    let mut sizes = vec![NONE; 1 << (1 << inputs)];
    for literal in wires.iter().flat_map(|wire| [*wire, every & !wire]).chain([0, every]) {
        sizes[literal as usize] = 0;
    }
    chains(&mut wires, 0, gates, every, &mut sizes);
    sizes
}

#[test]
fn every_function_of_three_inputs_has_the_size_that_brute_force_finds() {
    for (table, size) in brute_force(3, 4).into_iter().enumerate() {
        assert_eq!(smallest_circuit(table as u128, 3), Gates::Exactly(size), "{table:08b}");
    }
}

#[test]
fn functions_of_four_inputs_and_few_gates_have_the_size_that_brute_force_finds() {
    for (table, size) in brute_force(4, 3).into_iter().enumerate() {
        match (size, smallest_circuit(table as u128, 4)) {
            (NONE, Gates::Exactly(found)) => assert!(found > 3, "{table:016b} has {found}"),
            (size, found) => assert_eq!(found, Gates::Exactly(size), "{table:016b}"),
        }
    }
}
