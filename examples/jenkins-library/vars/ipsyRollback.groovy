/**
 * Sends all requests of an environment back to where they came from.
 *
 *   ipsyRollback(environment: 'prod')
 */
def call(Map settings) {
    withEnv(["ENVIRONMENT=${settings.environment}"]) {
        sh('sh ci/rollback.sh "$ENVIRONMENT"')
    }
}
