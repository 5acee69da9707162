# Packs gems that Debian has installed into vendor/cache, where Bundler looks before it asks a registry:
#   ruby vendor-gems.rb FOLDER GEM…
require "fileutils"
require "rubygems/package"

folder, *names = ARGV
cache = File.expand_path("vendor/cache", folder)
FileUtils.mkdir_p(cache)
names.each do |name|
  installed = Gem::Specification.find_by_name(name)
  spec = installed.dup
  Dir.chdir(installed.full_gem_path) do
    spec.files = Dir.glob("{bin,exe,lib}/**/*").select { |path| File.file?(path) }
    spec.extra_rdoc_files = []
    spec.test_files = []
    package = Gem::Package.build(spec, true)
    FileUtils.mv(package, cache)
  end
end
