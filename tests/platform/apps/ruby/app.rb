module App
  def self.answer(path)
    body = { "/healthz" => "ok", "/arenas" => ENV.fetch("MALLOC_ARENA_MAX", "") }[path]
    [body ? 200 : 404, { "content-type" => "text/plain" }, [body.to_s]]
  end
end
