//! An act holds one connection at a time. One that holds a transaction and asks the pool for another connection waits
//! for those who hold them, and they wait for it: with as many such acts at once as the pool has connections, nothing
//! moves. Debug builds, and so all tests, refuse the first of them.

#[cfg(debug_assertions)]
mod watched {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    tokio::task_local! {
        /// How many transactions the act holds.
        static OPEN: Arc<AtomicUsize>;
    }

    pub async fn watch<F: Future>(act: F) -> F::Output {
        OPEN.scope(Arc::default(), act).await
    }

    pub fn check() {
        let open = OPEN.try_with(|open| open.load(Ordering::Relaxed)).unwrap_or(0);
        assert!(open == 0, "another connection is asked for inside a transaction");
    }

    /// Stands in a transaction as long as it is open.
    pub struct Held(Option<Arc<AtomicUsize>>);

    impl Held {
        pub fn ask() -> Held {
            check();
            let open = OPEN.try_with(Arc::clone).ok();
            if let Some(open) = &open {
                open.fetch_add(1, Ordering::Relaxed);
            }
            Held(open)
        }
    }
    impl Drop for Held {
        fn drop(&mut self) {
            if let Some(open) = &self.0 {
                open.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}

#[cfg(not(debug_assertions))]
mod watched {
    pub async fn watch<F: Future>(act: F) -> F::Output {
        act.await
    }

    pub fn check() {}

    pub struct Held;

    impl Held {
        pub fn ask() -> Held {
            Held
        }
    }
}

pub(crate) use watched::check;
pub use watched::{Held, watch};

#[cfg(test)]
mod tests {
    use crate::testing::new_place;
    use crate::{Db, Engine, sql};

    #[test]
    #[should_panic(expected = "inside a transaction")]
    fn another_connection_inside_a_transaction_is_refused() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(super::watch(async {
            let db = Db::open(&new_place(Engine::Sqlite).await.unwrap()).await.unwrap();
            let read = async || sql!("SELECT 1 AS one").all::<(i64,)>(&db).await.unwrap();
            let tx = db.begin().await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(read().await, [(1,)]);
            let _tx = db.begin().await.unwrap();
            read().await;
        }));
    }
}
