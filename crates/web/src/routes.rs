//! Maps paths to responses. All links are relative, so that the page works below any path of a reverse proxy.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, VARY,
    WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde_json::json;
use tokio::sync::watch;

use asbackup_texts::{Arg, Texts};

use super::client_limits::{Client, ClientLimits};
use super::render::{Rendered, Renderer};
use super::snapshot::View;
use super::start::{Denial, StartAuth, StartRequest, StartResult};
use super::{api, host_names, language, live, page};

/// Forbids content from other sites, inline scripts and styles, and framing.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What the responses are made from.
#[derive(Clone)]
pub struct Sources {
    pub view: watch::Receiver<View>,
    pub rendered: watch::Receiver<Rendered>,
    pub renderer: Arc<Renderer>,
    /// `None`: the page can't start copies.
    pub start_auth: Option<Arc<StartAuth>>,
    /// The host names by which the page may be requested.
    pub host_names: watch::Receiver<Vec<String>>,
    pub live_readers: ClientLimits,
}

pub fn router(sources: Sources) -> Router {
    let mut router = Router::new();
    if sources.start_auth.is_some() {
        router = router.route("/copy", post(start));
    }
    router
        .route("/", get(home))
        .route("/events", get(events))
        .route("/api/status", get(status))
        .route("/metrics", get(metrics))
        .route("/healthz", get(health))
        .route("/style.css", get(async || file("text/css; charset=utf-8", include_str!("style.css"))))
        .route("/live.js", get(async || file("text/javascript; charset=utf-8", include_str!("live.js"))))
        .route("/icon.svg", get(async || file("image/svg+xml", include_str!("icon.svg"))))
        .layer(middleware::from_fn_with_state(sources.clone(), refuse_foreign_hosts))
        .layer(middleware::map_response(with_security_headers))
        .with_state(sources)
}

/// Answers 421 if the request names a foreign host.
async fn refuse_foreign_hosts(State(sources): State<Sources>, request: Request, next: Next) -> Response {
    let foreign = host_names::foreign_host(request.uri(), request.headers(), &sources.host_names.borrow());
    let Some(name) = foreign else { return next.run(request).await };
    let texts = sources.renderer.texts(language::preferred(request.headers()));
    let sentence = texts.text("web-foreign-name", &[("name", Arg::from(name))]);
    (StatusCode::MISDIRECTED_REQUEST, format!("{sentence}\n")).into_response()
}

async fn with_security_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(VARY, HeaderValue::from_static("Accept-Language"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

async fn home(State(sources): State<Sources>, headers: HeaderMap) -> Response {
    let language = language::preferred(&headers);
    let parts = sources.rendered.borrow().parts(language);
    let page = page::page(&parts, sources.renderer.texts(language), sources.start_auth.is_some());
    ([(CONTENT_LANGUAGE, page::tag(language))], Html(page.into_string())).into_response()
}

async fn events(State(sources): State<Sources>, client: Extension<Client>, headers: HeaderMap) -> Response {
    let language = language::preferred(&headers);
    match sources.live_readers.admit(client.behind_proxy(&headers)) {
        Some(permit) => live::events(sources.rendered, language, permit).into_response(),
        None => {
            let sentence = sources.renderer.texts(language).text("web-too-many-readers", &[]);
            (StatusCode::SERVICE_UNAVAILABLE, format!("{sentence}\n")).into_response()
        }
    }
}

async fn status(State(sources): State<Sources>) -> Response {
    let (code, text) = api::status(&sources.view.borrow());
    (code, [(CONTENT_TYPE, "application/json")], text).into_response()
}

async fn metrics(State(sources): State<Sources>) -> Response {
    let text = api::metrics(&sources.view.borrow());
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

async fn health(State(sources): State<Sources>) -> Response {
    let is_here = matches!(*sources.view.borrow(), View::Here(_));
    if is_here {
        return "ok\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, "the backup service does not answer\n").into_response()
}

/// Redirects a person to the page or shows the password form; sends a program the run's number.
async fn start(State(sources): State<Sources>, request: Request) -> Response {
    let Some(start_auth) = &sources.start_auth else { return StatusCode::NOT_FOUND.into_response() };
    let texts = sources.renderer.texts(language::preferred(request.headers()));
    let request = StartRequest::read(request).await;
    match start_auth.start(&request).await {
        StartResult::Started(_) if request.is_person => (StatusCode::SEE_OTHER, [(LOCATION, "./")]).into_response(),
        StartResult::Started(run) => {
            ([(CONTENT_TYPE, "application/json")], json!({ "run": run }).to_string()).into_response()
        }
        StartResult::Failed(code, words) if words.is_empty() => {
            answer(code, &texts.text("web-now-away.action", &[]), &request, texts)
        }
        StartResult::Failed(code, words) => answer(code, &words, &request, texts),
        StartResult::Denied(denial) => denied(denial, &request, texts),
    }
}

fn answer(code: StatusCode, sentence: &str, request: &StartRequest, texts: &Texts) -> Response {
    match request.is_person {
        true => (code, Html(page::message(texts, sentence).into_string())).into_response(),
        false => (code, format!("{sentence}\n")).into_response(),
    }
}

fn denied(denial: Denial, request: &StartRequest, texts: &Texts) -> Response {
    let (code, id) = match denial {
        Denial::CrossSite => (StatusCode::FORBIDDEN, "web-cross-site"),
        Denial::NoPassword => (StatusCode::UNAUTHORIZED, "web-password-needed"),
        Denial::WrongPassword => (StatusCode::UNAUTHORIZED, "web-password-wrong"),
        Denial::Crowd => (StatusCode::TOO_MANY_REQUESTS, "web-crowd"),
    };
    let sentence = texts.text(id, &[]);
    if code != StatusCode::UNAUTHORIZED {
        return answer(code, &sentence, request, texts);
    }
    if request.is_person {
        // Not 401, for which a browser would show its own login dialog.
        return (StatusCode::FORBIDDEN, Html(page::password_form(texts, &sentence).into_string())).into_response();
    }
    let challenge = "Basic realm=\"asbackup\", charset=\"UTF-8\"";
    ([(WWW_AUTHENTICATE, challenge)], answer(code, &sentence, request, texts)).into_response()
}

/// A static file, which changes only with the program.
fn file(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "max-age=600")], text).into_response()
}
