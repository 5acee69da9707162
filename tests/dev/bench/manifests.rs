//! Streams of manifests to measure on: a Deployment, a Service and a `ConfigMap` in turn, with
//! comments, as charts render them, 1.7 kB each on average. The same number gives the same bytes.

use std::fmt::Write;

/// A stream of so many documents.
pub(super) fn stream(documents: usize) -> String {
    let mut text = String::new();
    for index in 0..documents {
        let app = index / 3;
        let document = match index % 3 {
            0 => deployment(app),
            1 => service(app),
            _ => config_map(app),
        };
        let _ = write!(text, "---\n# Source: shop/templates/app-{app}.yaml\n{document}");
    }
    text
}

fn deployment(app: usize) -> String {
    let mut text = format!(
        "apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{app}
  labels:
    app.kubernetes.io/name: app-{app}
    helm.sh/chart: \"shop-1.{app}.0\"
spec:
  # Scaled by hand until the autoscaler is measured.
  replicas: {replicas}
  selector:
    matchLabels:
      app.kubernetes.io/name: app-{app}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: app-{app}
    spec:
      initContainers:
        - name: migrate
          image: registry.example.com/app-{app}:1.{app}
          command: [\"/bin/app\", \"migrate\"]
      containers:
        - name: app
          image: registry.example.com/app-{app}:1.{app} # by CI
          ports:
            - name: http
              containerPort: 8080
              protocol: TCP
          env:
",
        replicas = 1 + app % 5,
    );
    for variable in 0..12 {
        let _ = writeln!(
            text,
            "            - name: VARIABLE_{variable}\n              value: \"value {variable} of {app}\""
        );
    }
    text.push_str(
        "          livenessProbe:
            httpGet:
              path: /healthz
              port: http
            periodSeconds: 10
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 256Mi
          volumeMounts:
            - name: config
              mountPath: /etc/app
          readinessProbe:
            httpGet:
              path: /ready
              port: http
            periodSeconds: 5
          securityContext:
            readOnlyRootFilesystem: true
            runAsNonRoot: true
        # Sends metrics and traces on, so that the app knows one address only.
        - name: collector
          image: registry.example.com/collector:2.7
          args:
            - --config=/etc/collector/collector.yaml
            - --log-level=info
          ports:
            - name: otlp
              containerPort: 4317
          env:
",
    );
    for variable in 0..8 {
        let _ = writeln!(
            text,
            "            - name: EXPORTER_{variable}\n              value: \"target {variable} of {app}\""
        );
    }
    let _ = writeln!(
        text,
        "          resources:
            requests:
              cpu: 20m
              memory: 64Mi
          volumeMounts:
            - name: config
              mountPath: /etc/collector
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 100
              podAffinityTerm:
                topologyKey: kubernetes.io/hostname
                labelSelector:
                  matchLabels:
                    app.kubernetes.io/name: app-{app}
      volumes:
        - name: config
          configMap:
            name: app-{app}
        - name: scratch
          emptyDir: {{}}"
    );
    text
}

fn service(app: usize) -> String {
    format!(
        "apiVersion: v1
kind: Service
metadata:
  name: app-{app}
  labels:
    app.kubernetes.io/name: app-{app}
spec:
  type: ClusterIP
  selector:
    app.kubernetes.io/name: app-{app}
  ports:
    - name: http
      port: 80
      targetPort: http
"
    )
}

fn config_map(app: usize) -> String {
    let mut text = format!(
        "apiVersion: v1
kind: ConfigMap
metadata:
  name: app-{app}
  labels:
    app.kubernetes.io/name: app-{app}
data:
  app.properties: |
"
    );
    for line in 0..36 {
        let _ = writeln!(text, "    setting.{line} = {}", app * 36 + line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use acceptance::manifests::objects;

    #[test]
    fn a_stream_has_as_many_objects_as_asked_for() {
        assert_eq!(objects(&stream(10)).unwrap().len(), 10);
    }

    #[test]
    fn the_same_number_gives_the_same_bytes() {
        assert_eq!(stream(30), stream(30));
    }
}
