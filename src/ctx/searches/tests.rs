use super::*;
use crate::base::Kind;

/// Searches until it is stopped, and tells when it was.
fn endless(tell: std::sync::mpsc::Sender<()>) -> impl FnOnce(&mut Workspace) + Send + 'static {
    move |ws| {
        while !ws.search.stop.is_set() {
            std::thread::yield_now();
        }
        tell.send(()).expect("the test waits");
    }
}

#[tokio::test]
async fn a_search_ends_when_its_time_is_up_and_is_never_answered() {
    let searches = Searches::new(&Handle::current(), (1, 0), Duration::from_millis(20));
    let (tell, told) = std::sync::mpsc::channel();
    let refused = searches.run(endless(tell)).await.unwrap_err();
    assert_eq!((refused.kind, refused.detail.as_str()), (Kind::Unavailable, "the search was not over within 0.02 s"));
    told.recv().unwrap();
}

#[tokio::test]
async fn a_search_ends_when_nobody_waits_for_it() {
    let searches = Searches::new(&Handle::current(), (1, 0), Duration::from_secs(600));
    let (tell, told) = std::sync::mpsc::channel();
    let mut asked = Box::pin(searches.run(endless(tell)));
    assert!(tokio::time::timeout(Duration::from_millis(20), &mut asked).await.is_err());
    drop(asked);
    told.recv().unwrap();
    // Its place is free again, sooner or later.
    while searches.run(|_| ()).await.is_err() {
        tokio::task::yield_now().await;
    }
}
