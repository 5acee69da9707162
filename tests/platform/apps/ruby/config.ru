# Answers `/healthz`, and the number of malloc arenas on `/arenas`.
require_relative "app"

run ->(env) { App.answer(env["PATH_INFO"]) }
