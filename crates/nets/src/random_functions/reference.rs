//! The same networks, one number at a time.

use mesascope_lanes::{Number, Path, WIDTH, Words, cos_sin_turn, ln, tanh};

use super::forward::BLOCK;
use super::layout::{Law, Layout};
use crate::Activation;

/// The numbers of one network, as they stand in the layout.
pub fn parameters(layout: &Layout, seed: [u8; 32], stream: u64) -> Vec<f32> {
    let mut words = vec![0; layout.drawn];
    let portable = Path::all().pop().expect("the last path is portable code");
    Words::new(seed, stream).fill(portable, &mut words);
    let mut numbers = vec![0.0; layout.parameters];
    for (place, number) in numbers.iter_mut().enumerate().take(layout.drawn) {
        let share = match layout.law {
            Law::Uniform => (f32::from_bits(words[place] >> 9 | 1f32.to_bits()) - 1.5) * 2.0,
            Law::Normal => {
                // Sixteen words of radii, sixteen of angles.
                let [pair, within] = [place / (2 * WIDTH), place % (2 * WIDTH)];
                let at = pair * 2 * WIDTH + within % WIDTH;
                let share = ((words[at] >> 1) as f32 + 0.5) * (1.0 / 2_147_483_648.0);
                let radius = (ln(share) * -2.0).sqrt();
                let (cosine, sine) = cos_sin_turn::<f32>(words[at + WIDTH]);
                radius * (if within < WIDTH { cosine } else { sine })
            }
        };
        *number = share * layout.scales[place];
    }
    numbers
}

/// The logit of every row, in lexicographic order.
pub fn logits(layout: &Layout, parameters: &[f32]) -> Vec<f32> {
    let last = layout.layers.len() - 1;
    let of_row = |row: usize| {
        let place = |input: usize| layout.inputs - 1 - input;
        let bit = |input: usize| layout.coding[row >> place(input) & 1];
        let mut values: Vec<f32> = (0..layout.inputs).map(bit).collect();
        for (depth, layer) in layout.layers.iter().enumerate() {
            let unit = |output: usize| {
                let mut sum = parameters[layer.biases + output];
                for block in (0..layer.inputs).step_by(BLOCK) {
                    let mut chain = if block == 0 { sum } else { 0.0 };
                    for input in block..layer.inputs.min(block + BLOCK) {
                        let weight = parameters[layer.weight(output, input)];
                        chain = weight.fma(values[input], chain);
                    }
                    sum = if block == 0 { chain } else { sum + chain };
                }
                match layout.activation {
                    _ if depth == last => sum,
                    Activation::Relu => 0f32.larger(sum),
                    Activation::Tanh => tanh(sum),
                }
            };
            values = (0..layer.outputs).map(unit).collect();
        }
        values[0]
    };
    (0..1usize << layout.inputs).map(of_row).collect()
}
