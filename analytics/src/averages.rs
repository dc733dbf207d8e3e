//! Averages that run on from day to day.

use crate::kernels::{Ewma, Redi};
use crate::parameters::Parameters;

/// A value per day from the first one on that is asked for.
pub(crate) struct Averages {
    pub(crate) acute: Vec<f64>,
    pub(crate) chronic: Vec<f64>,
    pub(crate) redi: Vec<f64>,
    pub(crate) redi_acute: Vec<f64>,
    pub(crate) redi_chronic: Vec<f64>,
    pub(crate) fitness: Vec<f64>,
    pub(crate) fatigue: Vec<f64>,
    pub(crate) form: Vec<f64>,
}

impl Averages {
    /// Of the days from `from` on; those before are run through without being kept.
    pub(crate) fn of(load: &[f64], parameters: &Parameters, from: usize) -> Averages {
        let (before, load) = load.split_at(from.min(load.len()));
        let ewma = |days: usize| Ewma::new(parameters.ewma.weight(days as f64), None);
        let fitness = |days: usize| Ewma::new(parameters.fitness.weight(days as f64), Some(0.0));
        let mut averages = [
            ewma(parameters.acute_days),
            ewma(parameters.chronic_days),
            fitness(parameters.fitness_days),
            fitness(parameters.fatigue_days),
        ];
        let decays = [parameters.redi_decay, parameters.redi_acute_decay, parameters.redi_chronic_decay];
        let mut indices = decays.map(Redi::new);
        for value in before {
            averages.iter_mut().for_each(|average| _ = average.next(*value));
            indices.iter_mut().for_each(|index| _ = index.next(*value));
        }
        let [_, _, fit, fatigued] = averages.map(|average| average.last());
        let [acute, chronic, fitness, fatigue] = along(&mut averages, load, Ewma::next);
        let [redi, redi_acute, redi_chronic] = along(&mut indices, load, Redi::next);
        let forms = || fitness.iter().zip(&fatigue).map(|(fitness, fatigue)| fitness - fatigue);
        let form = if parameters.form_of_day_before {
            std::iter::once(fit - fatigued).chain(forms()).take(load.len()).collect()
        } else {
            forms().collect()
        };
        Averages { acute, chronic, redi, redi_acute, redi_chronic, fitness, fatigue, form }
    }
}

/// Runs several averages along the same loads, side by side: each waits for its own day before only.
fn along<A, const N: usize>(averages: &mut [A; N], load: &[f64], next: impl Fn(&mut A, f64) -> f64) -> [Vec<f64>; N] {
    let mut columns = std::array::from_fn(|_| vec![0.0; load.len()]);
    let mut places = columns.each_mut().map(|column| column.iter_mut());
    for value in load {
        for (average, place) in averages.iter_mut().zip(&mut places) {
            if let Some(place) = place.next() {
                *place = next(average, *value);
            }
        }
    }
    columns
}
