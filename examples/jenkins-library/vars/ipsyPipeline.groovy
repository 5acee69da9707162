/**
 * The whole way of an app: image, scan, push, then one environment after the other.
 *
 *   ipsyPipeline(image: 'REGISTRY/APP', environments: ['dev', 'prod'])
 *
 * Further settings: `branch` that is deployed (main), `steps` of the traffic ([100]), `agent` label (docker), `minutes`
 * (120), and `form: true` for a job that deploys the values of its form and builds nothing.
 */
def call(Map settings) {
    for (name in ['image', 'environments']) {
        if (!settings[name]) {
            error("ipsyPipeline: `${name}` is missing")
        }
    }
    if (settings.form) {
        properties([parameters([
            choice(name: 'ENVIRONMENT', choices: settings.environments, description: 'Where to deploy'),
            string(name: 'TAG', defaultValue: '', description: 'Tag of an image that was pushed'),
        ])])
    }
    node(settings.agent ?: 'docker') {
        timeout(time: settings.minutes ?: 120, unit: 'MINUTES') {
            def commit
            stage('Checkout') {
                commit = checkout(scm).GIT_COMMIT
            }
            if (settings.form) {
                deployForm(settings)
            } else {
                deployCommit(settings, commit)
            }
        }
    }
}

/** Deploys the values of the form. The first run of a job only makes its form. */
private void deployForm(Map settings) {
    if (!params.TAG) {
        echo('No tag was given: nothing is deployed.')
        return
    }
    deploy(settings, params.ENVIRONMENT, "${settings.image}:${params.TAG}")
}

/** Builds and scans a commit, and deploys it if it is of the branch. */
private void deployCommit(Map settings, String commit) {
    String image = "${settings.image}:${commit}"
    boolean isDeployed = env.BRANCH_NAME == (settings.branch ?: 'main')
    stage('Build') {
        ipsyBuild(image: image)
    }
    stage('Scan') {
        ipsyScan(image: image)
    }
    if (!isDeployed) {
        echo("Branch ${env.BRANCH_NAME} is not deployed.")
        return
    }
    stage('Push') {
        ipsyBuild.push(image: image)
    }
    for (int index = 0; index < settings.environments.size(); index++) {
        String environment = settings.environments[index]
        if (index > 0) {
            stage("Approve ${environment}") {
                input(message: "Deploy to ${environment}?")
            }
        }
        deploy(settings, environment, image)
    }
}

private void deploy(Map settings, String environment, String image) {
    stage("Deploy ${environment}") {
        ipsyDeploy(environment: environment, image: image)
    }
    stage("Shift ${environment}") {
        ipsyShift(environment: environment, steps: settings.steps ?: [100])
    }
}
