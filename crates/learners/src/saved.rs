//! Checkpoints of training as bytes: parts one behind another, each with its length before it, so
//! that every bit of every number comes back.

use mesascope_nets::{Descent, Optimiser, Saved};

/// Puts parts one behind another.
pub(crate) fn join(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend((part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

/// Takes apart what [`join`] has put together of so many parts.
pub(crate) fn split<const N: usize>(mut bytes: &[u8]) -> Result<[&[u8]; N], String> {
    let mut parts = [&[][..]; N];
    for (at, part) in parts.iter_mut().enumerate() {
        let cut = || format!("the checkpoint has {N} parts and breaks off in part {}", at + 1);
        let (length, rest) = bytes.split_first_chunk().ok_or_else(cut)?;
        let length = u64::from_le_bytes(*length) as usize;
        (*part, bytes) = rest.split_at_checked(length).ok_or_else(cut)?;
    }
    match bytes.is_empty() {
        true => Ok(parts),
        false => Err(format!("{} bytes stand behind the checkpoint's end", bytes.len())),
    }
}

/// Numbers as bytes, little-endian.
pub(crate) fn bytes_of(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// The numbers that [`bytes_of`] has written.
pub(crate) fn numbers_of(bytes: &[u8]) -> Result<Vec<f32>, String> {
    match bytes.as_chunks() {
        (each, []) => Ok(each.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()),
        _ => Err(format!("numbers have 4 bytes each, and here are {}", bytes.len())),
    }
}

/// A descent, without the optimiser's settings.
pub(crate) fn descent(descent: &Descent) -> Vec<u8> {
    let Saved { parameters, first, second, beta_powers } = descent.save();
    let powers = beta_powers.map(f64::to_le_bytes);
    let [parameters, first, second] = [parameters, first, second].map(|each| bytes_of(&each));
    join(&[&parameters, &first, &second, &powers[0], &powers[1]])
}

/// The descent that [`descent`] has written, of so many parameters.
pub(crate) fn restored(
    optimiser: &Optimiser,
    parameters: usize,
    bytes: &[u8],
) -> Result<Descent, String> {
    let [own, first, second, power1, power2] = split(bytes)?;
    let power = |bytes: &[u8]| match bytes.try_into() {
        Ok(bytes) => Ok(f64::from_le_bytes(bytes)),
        Err(_) => Err("a power of an optimiser has 8 bytes".to_string()),
    };
    let saved = Saved {
        parameters: numbers_of(own)?,
        first: numbers_of(first)?,
        second: numbers_of(second)?,
        beta_powers: [power(power1)?, power(power2)?],
    };
    match saved.parameters.len() {
        found if found == parameters => {
            Descent::restore(optimiser, saved).map_err(|error| error.to_string())
        }
        found => Err(format!("{found} parameters were saved, and the network has {parameters}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back_as_they_were_and_damage_is_named() {
        let joined = join(&[b"one", b"", b"three"]);
        assert_eq!(split(&joined), Ok([&b"one"[..], b"", b"three"]));
        let cut = split::<3>(&joined[..joined.len() - 1]).unwrap_err();
        assert!(cut.contains("breaks off in part 3"), "{cut}");
        let longer = split::<2>(&joined).unwrap_err();
        assert!(longer.contains("13 bytes stand behind"), "{longer}");
        assert!(numbers_of(&[0; 7]).is_err());
    }

    #[test]
    fn a_descent_comes_back_with_every_bit_and_another_networks_is_refused() {
        let optimiser = Optimiser::adamw();
        let mut whole = Descent::new(&optimiser, &[1.0, -0.0, f32::MIN_POSITIVE]);
        let rate = 1.0.try_into().unwrap();
        whole.step(&[0.3, -0.7, 1e-30], None, rate);
        let bytes = descent(&whole);
        let mut again = restored(&optimiser, 3, &bytes).unwrap();
        assert_eq!(descent(&again), bytes);
        whole.step(&[0.1, 0.2, 0.3], None, rate);
        again.step(&[0.1, 0.2, 0.3], None, rate);
        assert_eq!(descent(&again), descent(&whole));
        let refused = restored(&optimiser, 4, &bytes).unwrap_err();
        assert_eq!(refused, "3 parameters were saved, and the network has 4");
    }
}
