require_relative "../app"

raise "/healthz" unless App.answer("/healthz").first == 200
raise "/other" unless App.answer("/other").first == 404
