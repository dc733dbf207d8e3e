//! Stride lengths to the lengths of steps.

use crate::rows::Rows;
use crate::schema;

/// What one or two steps can be, millimetres: the median of a walk or a run.
const STRIDE_MM: std::ops::RangeInclusive<f64> = 300.0..=3000.0;
/// Longer than this, millimetres, is no single step of a whole run.
const LONGEST_STEP_MM: f64 = 1900.0;

/// Lengths of steps in millimetres, NaN where there is none; empty when the strides cannot be understood.
///
/// The export says neither the unit of a stride nor its number of steps. The unit is the one of m, cm and mm in which the
/// median is a stride that somebody takes. It is one step, as in Polar's manuals, or two where speed and cadence say so;
/// where they contradict both, or are not there and it is too long for one, nothing is taken.
pub(super) fn step_lengths_mm(mut strides: Vec<f64>, rows: &Rows) -> Vec<f64> {
    let Some(usual) = median(strides.iter().copied()) else { return Vec::new() };
    let unit_mm = [1000.0, 10.0, 1.0].into_iter().find(|unit| STRIDE_MM.contains(&(usual * unit)));
    let Some(unit_mm) = unit_mm else { return Vec::new() };
    let measured = rows.values(schema::SPEED_MPS).zip(rows.values(schema::CADENCE_SPM));
    let steps = measured.and_then(|(speed, cadence)| {
        let per_stride = strides.iter().zip(speed).zip(cadence);
        median(per_stride.map(|((stride, mps), spm)| stride * unit_mm / 1000.0 * spm / 60.0 / mps))
    });
    let steps = match steps {
        None if usual * unit_mm <= LONGEST_STEP_MM => 1.0,
        Some(steps) if (0.8..=1.25).contains(&steps) => 1.0,
        Some(steps) if (1.6..=2.5).contains(&steps) => 2.0,
        _ => return Vec::new(),
    };
    strides.iter_mut().for_each(|stride| *stride = if *stride > 0.0 { *stride * unit_mm / steps } else { f64::NAN });
    strides
}

/// The median of what is above zero.
fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.filter(|value| value.is_finite() && *value > 0.0).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
