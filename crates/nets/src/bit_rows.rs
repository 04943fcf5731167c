//! Rows of bits, each kept as the list of its ones, of which a part may be shared by many rows.

use std::sync::atomic::{AtomicU64, Ordering};

/// Rows of inputs that are 0 or 1, written once and read by number as often as wanted.
///
/// What many rows have in common, such as the walls of a level through an episode, can be kept once
/// as a *base*: a network's first layer then adds up a base once for all rows that have it.
///
/// ```
/// use mesascope_nets::BitRows;
///
/// let mut rows = BitRows::new(6);
/// rows.push(&[1, 3, 5]);
/// let walls = rows.base(&[0, 1]);
/// rows.push_on(walls, &[4]);
/// // The same as bytes, of which the first two are looked up among the bases.
/// rows.push_bytes(&[1, 1, 0, 0, 1, 0], 2, Some(1));
/// assert_eq!((rows.row(2), rows.row(1)), ((walls, &[4][..]), (walls, &[4][..])));
/// ```
#[derive(Debug)]
pub struct BitRows {
    /// Two that have one number have the same bases at the same places.
    number: u64,
    inputs: usize,
    ones: Vec<u16>,
    rows: Vec<Row>,
    bases: Vec<Base>,
}

/// Where the ones of a row begin and end, and its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    from: u32,
    to: u32,
    base: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Base {
    from: u32,
    to: u32,
}

/// The base of rows that share nothing: it has no ones.
pub(crate) const NO_BASE: u32 = 0;

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Clone for BitRows {
    fn clone(&self) -> BitRows {
        BitRows {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            inputs: self.inputs,
            ones: self.ones.clone(),
            rows: self.rows.clone(),
            bases: self.bases.clone(),
        }
    }
}

impl BitRows {
    /// No rows yet of so many inputs, at most 65,536.
    pub fn new(inputs: usize) -> BitRows {
        assert!(inputs <= 1 << 16, "rows of bits have at most 65,536 inputs, not {inputs}");
        let mut rows = BitRows { number: 0, inputs, ones: vec![], rows: vec![], bases: vec![] };
        rows.clear();
        rows
    }

    /// Forgets all rows and bases; the room stays.
    pub fn clear(&mut self) {
        self.number = NEXT.fetch_add(1, Ordering::Relaxed);
        self.ones.clear();
        self.rows.clear();
        self.bases.clear();
        self.bases.push(Base { from: 0, to: 0 });
    }

    /// How many inputs a row has.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many bases there are, with that of number 0, which has no ones.
    pub fn bases(&self) -> usize {
        self.bases.len()
    }

    /// The base of a row and its other ones.
    pub fn row(&self, row: usize) -> (u32, &[u16]) {
        let Row { from, to, base } = self.rows[row];
        (base, &self.ones[from as usize..to as usize])
    }

    /// The ones of a base.
    pub fn ones_of(&self, base: u32) -> &[u16] {
        let Base { from, to } = self.bases[base as usize];
        &self.ones[from as usize..to as usize]
    }

    /// Keeps ones, increasing, that rows to come may share, and gives their number.
    pub fn base(&mut self, ones: &[u16]) -> u32 {
        let (from, to) = self.keep(ones);
        self.bases.push(Base { from, to });
        (self.bases.len() - 1) as u32
    }

    /// Adds a row of these ones, increasing, which shares none.
    pub fn push(&mut self, ones: &[u16]) {
        self.push_on(NO_BASE, ones);
    }

    /// Adds a row of a base's ones and these, increasing, of which none is among the base's.
    pub fn push_on(&mut self, base: u32, ones: &[u16]) {
        assert!((base as usize) < self.bases.len(), "there are {} bases", self.bases.len());
        let shared = self.ones_of(base);
        let twice = ones.iter().find(|one| shared.binary_search(one).is_ok());
        assert_eq!(twice, None, "an input is 1 in the base already");
        let (from, to) = self.keep(ones);
        self.rows.push(Row { from, to, base });
    }

    /// Adds a row given as bytes, 0 or not, `[input]`. Of its inputs below `shared` it has a base
    /// (with 0, none): that of row `like` if they are the same there, else a new one.
    pub fn push_bytes(&mut self, bytes: &[u8], shared: usize, like: Option<usize>) {
        assert_eq!(bytes.len(), self.inputs, "a row has as many bytes as inputs");
        assert!(shared <= self.inputs, "a row has {} inputs", self.inputs);
        let base = match like.map(|row| self.rows[row].base) {
            _ if shared == 0 => NO_BASE,
            Some(base) if self.is_base(base, &bytes[..shared]) => base,
            _ => {
                let (from, to) = self.keep_bytes(&bytes[..shared], 0);
                self.bases.push(Base { from, to });
                (self.bases.len() - 1) as u32
            }
        };
        let (from, to) = self.keep_bytes(&bytes[shared..], shared);
        self.rows.push(Row { from, to, base });
    }

    /// Whether these bytes have the ones of this base.
    fn is_base(&self, base: u32, bytes: &[u8]) -> bool {
        let mut ones = self.ones_of(base).iter();
        let same = each_one(bytes, 0, |one| ones.next() == Some(&one));
        same && ones.next().is_none()
    }

    fn keep(&mut self, ones: &[u16]) -> (u32, u32) {
        assert!(ones.is_sorted_by(|one, next| one < next), "ones are increasing");
        let inside = ones.last().is_none_or(|&last| usize::from(last) < self.inputs);
        assert!(inside, "an input is below {}", self.inputs);
        let from = self.ones.len();
        self.ones.extend_from_slice(ones);
        self.since(from)
    }

    fn keep_bytes(&mut self, bytes: &[u8], first: usize) -> (u32, u32) {
        let from = self.ones.len();
        let ones = &mut self.ones;
        each_one(bytes, first, |one| {
            ones.push(one);
            true
        });
        self.since(from)
    }

    /// Places of the ones from there on.
    fn since(&self, from: usize) -> (u32, u32) {
        let word = |at: usize| u32::try_from(at).expect("all rows have at most 2^32 ones");
        (word(from), word(self.ones.len()))
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn ones(&self) -> &[u16] {
        &self.ones
    }

    /// The words of a row, as [`crate::operations::gather`] reads them.
    pub(crate) fn words(&self, row: u32) -> [u32; 3] {
        let Row { from, to, base } = self.rows[row as usize];
        [from, to, base]
    }

    pub(crate) fn words_of_base(&self, base: u32) -> [u32; 3] {
        let Base { from, to } = self.bases[base as usize];
        [from, to, base]
    }
}

/// Calls with the number of every byte that is not 0, counted from `first`, while it gives yes. Gives
/// whether it always did.
#[inline]
fn each_one(bytes: &[u8], first: usize, mut each: impl FnMut(u16) -> bool) -> bool {
    let (eights, rest) = bytes.as_chunks::<8>();
    for (place, &eight) in eights.iter().enumerate() {
        let mut word = u64::from_le_bytes(eight);
        while word != 0 {
            let byte = word.trailing_zeros() / 8;
            if !each((first + 8 * place) as u16 + byte as u16) {
                return false;
            }
            word &= !(0xff << (8 * byte));
        }
    }
    let behind = first + bytes.len() - rest.len();
    let mut each_of_rest = rest.iter().enumerate().filter(|&(_, &byte)| byte != 0);
    each_of_rest.all(|(at, _)| each((behind + at) as u16))
}
