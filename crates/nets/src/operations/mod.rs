//! What passes are made of: operations on flat buffers, each with a kernel on lanes and a plain
//! reference that gives the same bits.

pub(crate) mod clear;
pub(crate) mod column_sums;
pub(crate) mod convolution;
pub(crate) mod convolution_weights;
#[cfg(test)]
pub(crate) mod equal;
#[cfg(test)]
mod equal_shapes;
pub(crate) mod gather;
pub(crate) mod gru;
pub(crate) mod losses;
pub(crate) mod product;
pub(crate) mod row_sums;
pub(crate) mod sparse;
pub(crate) mod tanh;
pub(crate) mod transpose;

use mesascope_lanes::Lanes;

use crate::Real;
use crate::place::{Buffers, Raw, Reach};

/// One operation of a pass.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operation {
    Product(product::Product),
    RowSums(row_sums::RowSums),
    SparseForward(sparse::SparseForward),
    SparseGradient(sparse::SparseGradient),
    Tanh(tanh::Tanh),
    Transpose(transpose::Transpose),
    Losses(losses::LossesOf),
    Clear(clear::Clear),
    GruForward(gru::GruForward),
    GruBackward(gru::GruBackward),
    Convolve(convolution::Convolve),
    ConvolutionWeights(convolution_weights::ConvolutionWeights),
    ColumnLanes(column_sums::ColumnLanes),
    ColumnSums(column_sums::ColumnSums),
    GatherForward(gather::GatherForward),
    GatherGradient(gather::GatherGradient),
    SumByBase(gather::SumByBase),
}

impl Operation {
    /// How far it reaches into the buffers.
    pub fn reach(&self) -> Reach {
        match self {
            Operation::Product(operation) => operation.reach(),
            Operation::RowSums(operation) => operation.reach(),
            Operation::SparseForward(operation) => operation.reach(),
            Operation::SparseGradient(operation) => operation.reach(),
            Operation::Tanh(operation) => operation.reach(),
            Operation::Transpose(operation) => operation.reach(),
            Operation::Losses(operation) => operation.reach(),
            Operation::Clear(operation) => operation.reach(),
            Operation::GruForward(operation) => operation.reach(),
            Operation::GruBackward(operation) => operation.reach(),
            Operation::Convolve(operation) => operation.reach(),
            Operation::ConvolutionWeights(operation) => operation.reach(),
            Operation::ColumnLanes(operation) => operation.reach(),
            Operation::ColumnSums(operation) => operation.reach(),
            Operation::GatherForward(operation) => operation.reach(),
            Operation::GatherGradient(operation) => operation.reach(),
            Operation::SumByBase(operation) => operation.reach(),
        }
    }

    /// Runs it on lanes.
    ///
    /// # Safety
    /// The buffers must be as long as `reach` says.
    #[inline(always)]
    #[allow(unsafe_code, reason = "passes on the promise of its caller")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        // SAFETY: the caller promises that the buffers are long enough.
        unsafe {
            match self {
                Operation::Product(operation) => operation.kernel::<L>(raw),
                Operation::RowSums(operation) => operation.kernel::<L>(raw),
                Operation::SparseForward(operation) => operation.kernel::<L>(raw),
                Operation::SparseGradient(operation) => operation.kernel::<L>(raw),
                Operation::Tanh(operation) => operation.kernel::<L>(raw),
                Operation::Transpose(operation) => operation.kernel::<L>(raw),
                Operation::Losses(operation) => operation.kernel::<L>(raw),
                Operation::Clear(operation) => operation.kernel::<L>(raw),
                Operation::GruForward(operation) => operation.kernel::<L>(raw),
                Operation::GruBackward(operation) => operation.kernel::<L>(raw),
                Operation::Convolve(operation) => operation.kernel::<L>(raw),
                Operation::ConvolutionWeights(operation) => operation.kernel::<L>(raw),
                Operation::ColumnLanes(operation) => operation.kernel::<L>(raw),
                Operation::ColumnSums(operation) => operation.kernel::<L>(raw),
                Operation::GatherForward(operation) => operation.kernel::<L>(raw),
                Operation::GatherGradient(operation) => operation.kernel::<L>(raw),
                Operation::SumByBase(operation) => operation.kernel::<L>(raw),
            }
        }
    }

    /// Runs it one number at a time.
    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        match self {
            Operation::Product(operation) => operation.reference(buffers),
            Operation::RowSums(operation) => operation.reference(buffers),
            Operation::SparseForward(operation) => operation.reference(buffers),
            Operation::SparseGradient(operation) => operation.reference(buffers),
            Operation::Tanh(operation) => operation.reference(buffers),
            Operation::Transpose(operation) => operation.reference(buffers),
            Operation::Losses(operation) => operation.reference(buffers),
            Operation::Clear(operation) => operation.reference(buffers),
            Operation::GruForward(operation) => operation.reference(buffers),
            Operation::GruBackward(operation) => operation.reference(buffers),
            Operation::Convolve(operation) => operation.reference(buffers),
            Operation::ConvolutionWeights(operation) => operation.reference(buffers),
            Operation::ColumnLanes(operation) => operation.reference(buffers),
            Operation::ColumnSums(operation) => operation.reference(buffers),
            Operation::GatherForward(operation) => operation.reference(buffers),
            Operation::GatherGradient(operation) => operation.reference(buffers),
            Operation::SumByBase(operation) => operation.reference(buffers),
        }
    }
}
