//! Networks as safetensors bytes that PyTorch reads into an `nn.Sequential`.
//!
//! Tensors are named as in a Sequential of Linear and activation layers in turn: `0.weight`
//! `[output, input]`, `0.bias` `[output]`, `2.weight` and so on, for layer n at 2n. Widths follow
//! from the shapes and the presence of biases from the names; the activation is in the metadata.

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::{BTreeMap, HashMap};

use crate::{Activation, Biases, NetsError, Network};

/// A tensor's name, its shape, and its values as little-endian 32-bit numbers.
type Tensor = (String, Vec<usize>, Vec<u8>);

/// The one entry of the metadata. It stays the only one: safetensors writes entries in an order
/// that changes from run to run, and equal networks are equal bytes.
const ACTIVATION: &str = "activation";

impl Network<f32> {
    /// Every tensor with its name, shape and values as little-endian 32-bit numbers, first layer to
    /// last.
    pub fn tensors(&self) -> Vec<Tensor> {
        let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let mut tensors = Vec::new();
        for (place, layer) in self.layers().enumerate() {
            let (weights, biases) = (bytes(&self.parameters[layer.weights]), layer.biases);
            tensors.push((weight_name(place), vec![layer.outputs, layer.inputs], weights));
            match self.biases {
                Biases::Trained => {
                    let biases = bytes(&self.parameters[biases]);
                    tensors.push((bias_name(place), vec![layer.outputs], biases));
                }
                Biases::None => {}
            }
        }
        tensors
    }

    /// The network as the bytes of a safetensors file; equal networks give equal bytes.
    pub fn save(&self) -> Vec<u8> {
        let tensors = self.tensors();
        let views = tensors.iter().map(|(name, shape, values)| {
            let view = TensorView::new(Dtype::F32, shape.clone(), values);
            (name, view.expect("a tensor has as many bytes as its shape asks for"))
        });
        let metadata =
            HashMap::from([(ACTIVATION.to_string(), self.activation.name().to_string())]);
        safetensors::serialize(views, Some(metadata)).expect("well-formed tensors can be written")
    }

    /// The network that [`Network::save`] wrote.
    pub fn load(bytes: &[u8]) -> Result<Network<f32>, NetsError> {
        let because = |error: safetensors::SafeTensorError| NetsError::NotSafetensors {
            because: error.to_string(),
        };
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(because)?;
        let metadata = header.metadata().as_ref();
        let activation = match metadata.and_then(|entries| entries.get(ACTIVATION)) {
            Some(name) => Activation::from_name(name)?,
            None => {
                return Err(not_a_network(
                    "metadata without an activation",
                    "\"relu\" or \"tanh\" under \"activation\"",
                ));
            }
        };
        let file = SafeTensors::deserialize(bytes).map_err(because)?;
        let mut views = file.tensors();
        // The reader hands tensors out in an order that changes from run to run, and with it would
        // change which of two faults is named.
        views.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut tensors = Vec::new();
        for (name, view) in views {
            if view.dtype() != Dtype::F32 {
                let found = format!("tensor \"{name}\" of {:?}", view.dtype());
                return Err(not_a_network(found, "F32"));
            }
            tensors.push((name, view.shape().to_vec(), view.data().to_vec()));
        }
        Network::from_tensors(activation, tensors)
    }

    /// The network whose tensors, in any order, are those that [`Network::tensors`] gives.
    pub fn from_tensors(
        activation: Activation,
        tensors: Vec<Tensor>,
    ) -> Result<Network<f32>, NetsError> {
        let mut shelf = Shelf::default();
        for (name, shape, values) in tensors {
            if shelf.0.insert(name.clone(), (shape, values)).is_some() {
                return Err(not_a_network(format!("two tensors \"{name}\""), "one"));
            }
        }
        let biases = match shelf.0.contains_key(&bias_name(0)) {
            true => Biases::Trained,
            false => Biases::None,
        };
        let mut sizes = Vec::new();
        let mut parameters = Vec::new();
        for place in 0.. {
            let name = weight_name(place);
            if place > 0 && !shelf.0.contains_key(&name) {
                break;
            }
            let (outputs, inputs) = shelf.take_weights(&name, sizes.last(), &mut parameters)?;
            if place == 0 {
                sizes.push(inputs);
            }
            sizes.push(outputs);
            match biases {
                Biases::Trained => {
                    shelf.take_biases(&bias_name(place), outputs, &mut parameters)?
                }
                Biases::None => {}
            }
        }
        match shelf.0.keys().next() {
            Some(name) => {
                let expected = "two or one tensors for each of layers 0, 2, 4 and so on";
                Err(not_a_network(format!("tensor \"{name}\" too many"), expected))
            }
            None => Ok(Network { sizes, activation, biases, parameters }),
        }
    }
}

/// Tensors not yet placed in a network: by name, their shapes and bytes.
#[derive(Default)]
struct Shelf(BTreeMap<String, (Vec<usize>, Vec<u8>)>);

impl Shelf {
    /// Appends the weights of a layer to `parameters` and gives its outputs and inputs. Its inputs
    /// are the units `before`, if there is a layer before.
    fn take_weights(
        &mut self,
        name: &str,
        before: Option<&usize>,
        parameters: &mut Vec<f32>,
    ) -> Result<(usize, usize), NetsError> {
        let (shape, values) = self.take(name)?;
        match shape[..] {
            [outputs, inputs]
                if outputs > 0 && inputs > 0 && *before.unwrap_or(&inputs) == inputs =>
            {
                append(name, &shape, &values, parameters)?;
                Ok((outputs, inputs))
            }
            _ => {
                let inputs = before.map_or("inputs".to_string(), usize::to_string);
                let found = format!("tensor \"{name}\" of shape {shape:?}");
                Err(not_a_network(found, format!("[outputs, {inputs}], each above 0,")))
            }
        }
    }

    /// Appends the biases of a layer of `outputs` units to `parameters`.
    fn take_biases(
        &mut self,
        name: &str,
        outputs: usize,
        parameters: &mut Vec<f32>,
    ) -> Result<(), NetsError> {
        let (shape, values) = self.take(name)?;
        if shape != [outputs] {
            let found = format!("tensor \"{name}\" of shape {shape:?}");
            return Err(not_a_network(found, format!("[{outputs}]")));
        }
        append(name, &shape, &values, parameters)
    }

    fn take(&mut self, name: &str) -> Result<(Vec<usize>, Vec<u8>), NetsError> {
        let missing = || not_a_network("no such tensor", format!("a tensor \"{name}\""));
        self.0.remove(name).ok_or_else(missing)
    }
}

fn weight_name(layer: usize) -> String {
    format!("{}.weight", 2 * layer)
}

fn bias_name(layer: usize) -> String {
    format!("{}.bias", 2 * layer)
}

fn append(
    name: &str,
    shape: &[usize],
    values: &[u8],
    parameters: &mut Vec<f32>,
) -> Result<(), NetsError> {
    let bytes = shape.iter().try_fold(4usize, |bytes, &size| bytes.checked_mul(size));
    if bytes != Some(values.len()) {
        let found = format!("tensor \"{name}\" with {} bytes", values.len());
        return Err(not_a_network(found, format!("4 bytes for each entry of {shape:?}")));
    }
    let (numbers, _) = values.as_chunks::<4>();
    parameters.extend(numbers.iter().map(|&bytes| f32::from_le_bytes(bytes)));
    Ok(())
}

fn not_a_network(found: impl Into<String>, expected: impl Into<String>) -> NetsError {
    NetsError::NotANetwork { found: found.into(), expected: expected.into() }
}

impl Activation {
    fn name(self) -> &'static str {
        match self {
            Activation::Relu => "relu",
            Activation::Tanh => "tanh",
        }
    }

    fn from_name(name: &str) -> Result<Activation, NetsError> {
        let all = [Activation::Relu, Activation::Tanh];
        let found = format!("activation \"{name}\"");
        let known = all.into_iter().find(|activation| activation.name() == name);
        known.ok_or_else(|| not_a_network(found, "\"relu\" or \"tanh\""))
    }
}
