import org.junit.Test

import static groovy.test.GroovyAssert.shouldFail

class PipelineTest extends LibraryTest {
    private static final String IMAGE = '123456789012.dkr.ecr.us-east-1.amazonaws.com/checkout'

    private void deploy(Map settings = [:]) {
        pipeline([image: 'registry/app', environments: ['dev', 'prod']] + settings)
    }

    @Test
    void a_merge_is_built_scanned_pushed_and_deployed_in_order() {
        runScript('Jenkinsfile')
        assert events == [
            'stage Checkout',
            'stage Build',
            'ipsy-post-renderer check --pins .',
            "sh ci/image.sh ${IMAGE}:c0ffee",
            'stage Scan',
            "sh ci/scan.sh ${IMAGE}:c0ffee",
            'archive scan.json',
            'stage Push',
            "sh ci/push.sh ${IMAGE}:c0ffee",
            'stage Deploy dev',
            'lock checkout-dev',
            "sh ci/deploy.sh dev ${IMAGE}:c0ffee",
            'stage Shift dev',
            'lock checkout-dev',
            'sh ci/shift.sh dev 10',
            'sh ci/shift.sh dev 50',
            'sh ci/shift.sh dev 100',
            'stage Approve prod',
            'input Deploy to prod?',
            'stage Deploy prod',
            'lock checkout-prod',
            "sh ci/deploy.sh prod ${IMAGE}:c0ffee",
            'stage Shift prod',
            'lock checkout-prod',
            'sh ci/shift.sh prod 10',
            'sh ci/shift.sh prod 50',
            'sh ci/shift.sh prod 100',
        ]*.toString()
    }

    @Test
    void the_jenkinsfile_has_at_most_12_lines() {
        assert new File('Jenkinsfile').readLines().size() <= 12
    }

    @Test
    void other_branches_are_built_and_scanned_only() {
        binding.getVariable('env').BRANCH_NAME = 'feature'
        deploy()
        assert commands() == ['ipsy-post-renderer check --pins .', 'sh ci/image.sh registry/app:c0ffee', 'sh ci/scan.sh registry/app:c0ffee']
    }

    @Test
    void the_form_deploys_what_it_says() {
        binding.setVariable('params', [ENVIRONMENT: 'prod', TAG: '1.2.3'])
        deploy(form: true)
        assert events.first() == 'form [[ENVIRONMENT=[dev, prod], TAG]]'
        assert commands() == ['sh ci/deploy.sh prod registry/app:1.2.3', 'sh ci/shift.sh prod 100']
    }

    @Test
    void the_first_run_of_a_form_deploys_nothing() {
        deploy(form: true)
        assert commands() == []
    }

    @Test
    void missing_settings_are_named() {
        assert shouldFail { deploy(image: null) }.message == 'ipsyPipeline: `image` is missing'
        assert shouldFail { deploy(environments: []) }.message == 'ipsyPipeline: `environments` is missing'
        assert commands() == []
    }

    @Test
    void what_is_not_pinned_is_not_built() {
        failing = ['--pins']
        shouldFail { deploy() }
        assert commands() == ['ipsy-post-renderer check --pins .']
    }

    @Test
    void a_failing_build_is_not_scanned() {
        failing = ['ci/image.sh']
        shouldFail { deploy() }
        assert commands().last() == 'sh ci/image.sh registry/app:c0ffee'
    }

    @Test
    void a_failing_scan_keeps_its_report_and_pushes_nothing() {
        failing = ['ci/scan.sh']
        shouldFail { deploy() }
        assert events.last() == 'archive scan.json'
        assert !commands().any { it.contains('push') || it.contains('deploy') }
    }

    @Test
    void a_failing_push_deploys_nothing() {
        failing = ['ci/push.sh']
        shouldFail { deploy() }
        assert commands().last() == 'sh ci/push.sh registry/app:c0ffee'
    }

    @Test
    void a_failing_deployment_stops_before_the_next_environment() {
        failing = ['ci/deploy.sh dev']
        shouldFail { deploy() }
        assert commands().last() == 'sh ci/deploy.sh dev registry/app:c0ffee'
        assert !events.contains('input Deploy to prod?')
    }

    @Test
    void a_failing_step_sends_all_requests_back() {
        failing = ['ci/shift.sh dev 50']
        def problem = shouldFail(IOException) { deploy(steps: [10, 50, 100]) }
        assert problem.message.endsWith('sh ci/shift.sh dev 50')
        assert commands().takeRight(3) == ['sh ci/shift.sh dev 10', 'sh ci/shift.sh dev 50', 'sh ci/rollback.sh dev']
    }

    @Test
    void a_refused_approval_deploys_nothing_more() {
        helper.registerAllowedMethod('input', [Map]) { throw new InterruptedException('refused') }
        shouldFail(InterruptedException) { deploy() }
        assert !commands().any { it.contains('prod') }
    }

    @Test
    void weights_are_checked_before_anything_moves() {
        for (weight in [-1, 101, '10; rm -rf /']) {
            assert shouldFail { deploy(steps: [10, weight]) }.message.contains("`${weight}` is not a weight")
        }
        assert !commands().any { it.contains('shift') }
    }
}
