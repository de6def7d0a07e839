//! The settings of the listener with what their files hold: the token, and a linear model.

use std::path::Path;
use std::sync::Arc;

use super::DaemonError;
use crate::advice::mmm::linear::file::LinearFile;
use crate::api::{ApiSettings, LinearPredictor};
use crate::config;
use crate::domain::Digest;
use crate::store::files;

/// A token is at least so long: sixteen random bytes in hexadecimal.
const TOKEN_CHARS_MIN: usize = 32;

/// A file with more than this is something else.
const TOKEN_BYTES_MAX: u64 = 4 * 1024;

/// A model's file is at most so large.
const MODEL_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Reads what the settings name.
pub(super) fn settings(api: &config::ApiSettings) -> Result<ApiSettings, DaemonError> {
    Ok(ApiSettings {
        token: api.token.as_deref().map(|path| token(path, api.token_is_credential)).transpose()?,
        hosts: api.hosts.clone(),
        cors_origins: api.cors_origins.clone(),
        predict: api.predict.clone(),
        predict_linear: api.predict_file.as_deref().map(linear).transpose()?,
    })
}

/// The digest of a token: the token itself is not kept.
fn token(path: &Path, is_credential: bool) -> Result<Digest, DaemonError> {
    let refused = |why: String| DaemonError::Api { key: "token", path: path.to_owned(), why };
    let text =
        files::read_text(path, TOKEN_BYTES_MAX).map_err(|error| refused(error.to_string()))?;
    let token = text.trim();
    if token.len() < TOKEN_CHARS_MIN || token.contains(char::is_whitespace) {
        return Err(refused(format!(
            "a token is one word of {TOKEN_CHARS_MIN} characters or more; `openssl rand -hex 32` makes one"
        )));
    }
    if !is_credential && files::is_open_to_others(path) {
        return Err(refused("others may read it; `chmod 600` it".to_owned()));
    }
    Ok(Digest::of(token.as_bytes()))
}

fn linear(path: &Path) -> Result<Arc<LinearPredictor>, DaemonError> {
    let refused =
        |why: String| DaemonError::Api { key: "predict_file", path: path.to_owned(), why };
    let text =
        files::read_text(path, MODEL_BYTES_MAX).map_err(|error| refused(error.to_string()))?;
    let file = LinearFile::read(text.as_bytes()).map_err(refused)?;
    let names = file.names().into_iter().map(str::to_owned).collect();
    Ok(Arc::new(LinearPredictor { names, fit: file.fit() }))
}
