# The app by environment and name, and after commas what ipsy would not find by itself because its name is
# another. Delete this file after the apply.

import {
  to = ipsy_app.checkout
  id = join(",", concat(["prod/checkout"], var.object_arns))
}
