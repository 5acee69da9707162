# The standards in effect, for modules and checks of one's own.
data "ipsy_standards" "this" {}

output "most_memory" {
  value = data.ipsy_standards.this.maximum["memory"]
}
