# The standards in effect, for modules and checks of one's own.
data "ipsy_standards" "this" {}

output "maximum_memory" {
  value = data.ipsy_standards.this.maximum["memory"]
}

# The chart that the platform team publishes, for releases of one's own.
output "chart" {
  value = data.ipsy_standards.this.platform.chart
}
