//! Symmetric positive definite systems of a dozen unknowns, by Cholesky's factors (Golub and Van
//! Loan, *Matrix Computations*, 4.2).

/// The lower factor L of A = L Lᵀ.
#[derive(Debug)]
pub(super) struct Factored(Vec<Vec<f64>>);

impl Factored {
    /// `a` must be positive definite; its lower half is read.
    pub(super) fn new(a: &[Vec<f64>]) -> Self {
        let mut l = vec![vec![0.0; a.len()]; a.len()];
        for i in 0..a.len() {
            for j in 0..=i {
                let known: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
                let rest = a[i][j] - known;
                l[i][j] = if i == j { rest.sqrt() } else { rest / l[j][j] };
            }
        }
        Self(l)
    }

    /// x of A x = b.
    pub(super) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let (l, n) = (&self.0, self.0.len());
        let mut x = b.to_vec();
        for i in 0..n {
            let known: f64 = (0..i).map(|k| l[i][k] * x[k]).sum();
            x[i] = (x[i] - known) / l[i][i];
        }
        for i in (0..n).rev() {
            let known: f64 = (i + 1..n).map(|k| l[k][i] * x[k]).sum();
            x[i] = (x[i] - known) / l[i][i];
        }
        x
    }

    /// The columns of A⁻¹.
    pub(super) fn inverse(&self) -> Vec<Vec<f64>> {
        let n = self.0.len();
        let unit = |i: usize| (0..n).map(|k| f64::from(u8::from(k == i))).collect::<Vec<_>>();
        (0..n).map(|i| self.solve(&unit(i))).collect()
    }
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;

    #[test]
    fn a_solution_solves_and_an_inverse_inverts() {
        let mut dice = Rng::with_seed(5);
        let mut number = || dice.usize(..2_001) as f64 / 1_000.0 - 1.0;
        for n in 1..=12 {
            let rows: Vec<Vec<f64>> = (0..n + 3).map(|_| (0..n).map(|_| number()).collect()).collect();
            let at = |i: usize, j: usize| rows.iter().map(|r| r[i] * r[j]).sum::<f64>() + f64::from(u8::from(i == j));
            let a: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| at(i, j)).collect()).collect();
            let b: Vec<f64> = (0..n).map(|_| number()).collect();
            let factored = Factored::new(&a);
            let x = factored.solve(&b);
            for (row, b) in a.iter().zip(&b) {
                let product: f64 = row.iter().zip(&x).map(|(a, x)| a * x).sum();
                assert!((product - b).abs() < 1e-9, "{n}: {product} {b}");
            }
            for (i, column) in factored.inverse().into_iter().enumerate() {
                // By Cramer's rule, with determinants by elimination.
                let minor: Vec<Vec<f64>> = (0..n).filter(|&r| r != i).map(|r| without(&a[r], i)).collect();
                let want = determinant(minor) / determinant(a.clone());
                assert!((column[i] - want).abs() < 1e-9 * want.max(1.0), "{n}: {column:?} {want}");
            }
        }
    }

    fn without(row: &[f64], i: usize) -> Vec<f64> {
        [&row[..i], &row[i + 1..]].concat()
    }

    fn determinant(mut a: Vec<Vec<f64>>) -> f64 {
        let mut product = 1.0;
        for i in 0..a.len() {
            product *= a[i][i];
            let pivot = a[i].clone();
            for row in &mut a[i + 1..] {
                let by = row[i] / pivot[i];
                row.iter_mut().zip(&pivot).for_each(|(v, p)| *v -= by * p);
            }
        }
        product
    }
}
