# Two stages: the first installs the locked dependencies and builds model and statute store, the second only runs.
FROM python:3.12-slim AS build
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --requirement requirements.lock
COPY . .
# without the statutes the bot works and shows summaries instead of full articles
RUN (.venv/bin/python scripts/import_laws.py --setup || echo "statute store not built") \
    && scripts/train --if-needed

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 yuxiaofa && mkdir /data && chown yuxiaofa /data
WORKDIR /app
COPY --from=build --chown=yuxiaofa /app /app
USER yuxiaofa
ENV YXF_WEB_HOST=0.0.0.0 \
    YXF_DATABASE_URL=sqlite:////data/yuxiaofa.db \
    PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD [".venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health', timeout=4)"]
CMD [".venv/bin/python", "-m", "bot", "run"]
