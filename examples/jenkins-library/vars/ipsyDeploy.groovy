/**
 * Deploys an image to an environment. Two deployments to one environment wait for each other.
 *
 *   ipsyDeploy(environment: 'dev', image: 'REGISTRY/APP:TAG')
 */
def call(Map settings) {
    lock("${env.JOB_NAME}-${settings.environment}") {
        withEnv(["ENVIRONMENT=${settings.environment}", "IMAGE=${settings.image}"]) {
            sh('sh ci/deploy.sh "$ENVIRONMENT" "$IMAGE"')
        }
    }
}
