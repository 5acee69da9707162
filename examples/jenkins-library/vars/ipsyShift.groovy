/**
 * Moves the requests of an environment to the cluster, step by step. A step that fails sends all of them back.
 *
 *   ipsyShift(environment: 'prod', steps: [10, 50, 100])
 */
def call(Map settings) {
    for (weight in settings.steps) {
        if (!(weight instanceof Integer) || weight < 0 || weight > 100) {
            error("ipsyShift: `${weight}` is not a weight between 0 and 100")
        }
    }
    lock("${env.JOB_NAME}-${settings.environment}") {
        for (weight in settings.steps) {
            try {
                withEnv(["ENVIRONMENT=${settings.environment}", "WEIGHT=${weight}"]) {
                    sh('sh ci/shift.sh "$ENVIRONMENT" "$WEIGHT"')
                }
            } catch (problem) {
                ipsyRollback(environment: settings.environment)
                throw problem
            }
        }
    }
}
