// What random networks of infinite width that have the labels of 16 of 32 rows say of the other 16: the arc-cosine
// kernel's Gaussian process conditioned on 16 signs, by Gibbs sampling. No network is drawn or trained.
//
// Numbers: forecasts/counting/counting-parameters.toml, generous reading (base and composite targets: start "torch",
// 40 units; strata of 5 inputs and widths: "strata", every function of a size as often as any other) and
// forecasts/guess-or-descend/counting-parameters.toml (start "uni1", 20 units, inputs 0 and 1).
//
//   cc -O3 -march=native infinite_width.c -lm -o infinite_width
//   ./infinite_width torch 0 40 100 400        targets: start, inputs 0/1 or -1/1 (0, 1), units, shown sets, sweeps
//   ./infinite_width uni1 0 20 100 400
//   ./infinite_width strata 400 400                strata of 1 to 5 gates: targets each, sweeps
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <stdint.h>
static uint64_t s=88172645463325252ull;
static double U(){s^=s<<13;s^=s>>7;s^=s<<17;return ((s>>11)+0.5)/9007199254740992.0;}
static int R(int n){return (int)(U()*n);}
static double Phi(double x){return 0.5*erfc(-x*M_SQRT1_2);}
static double invPhi(double p){ // Acklam
 static const double a[]={-3.969683028665376e+01,2.209460984245205e+02,-2.759285104469687e+02,1.383577518672690e+02,-3.066479806614716e+01,2.506628277459239e+00},b[]={-5.447609879822406e+01,1.615858368580409e+02,-1.556989798598866e+02,6.680131188771972e+01,-1.328068155288572e+01},c[]={-7.784894002430293e-03,-3.223964580411365e-01,-2.400758277161838e+00,-2.549732539343734e+00,4.374664141464968e+00,2.938163982698783e+00},d[]={7.784695709041462e-03,3.224671290700398e-01,2.445134137142996e+00,3.754408661907416e+00};
 double q,r;
 if(p<0.02425){q=sqrt(-2*log(p));return (((((c[0]*q+c[1])*q+c[2])*q+c[3])*q+c[4])*q+c[5])/((((d[0]*q+d[1])*q+d[2])*q+d[3])*q+1);}
 if(p<=0.97575){q=p-0.5;r=q*q;return (((((a[0]*r+a[1])*r+a[2])*r+a[3])*r+a[4])*r+a[5])*q/(((((b[0]*r+b[1])*r+b[2])*r+b[3])*r+b[4])*r+1);}
 q=sqrt(-2*log(1-p));return -(((((c[0]*q+c[1])*q+c[2])*q+c[3])*q+c[4])*q+c[5])/((((d[0]*q+d[1])*q+d[2])*q+d[3])*q+1);}
static double tail(double lo,double hi){ // N(0,1) on [lo,hi]; hi may be inf
 if(lo>5){ double l=lo; for(int k=0;k<200;k++){double x=l-log(U())/l; if(x<=hi && U()<exp(-(x-l)*(x-l)/2)) return x; if(hi<l+1e-3) return l+(hi-l)*U();} return l;}
 double a=Phi(lo),b=isinf(hi)?1:Phi(hi); double p=a+(b-a)*U(); if(p<1e-300)p=1e-300; if(p>1-1e-16)p=1-1e-16; return invPhi(p);}
static double trunc_(double lo,double hi){ if(hi<0||(lo<0&&-lo>hi&&0)) {return -tail(-hi,-lo);} if(lo<-5&&hi<=0) return -tail(-hi,-lo); return tail(lo,hi);}
static double K[32][32];
static double arc(double kx,double ky,double kxy){double n=sqrt(kx*ky);double c=kxy/n; if(c>1)c=1; if(c<-1)c=-1; double t=acos(c);return n/(2*M_PI)*(sin(t)+(M_PI-t)*c);}
static void kern(const char*kind,int pm,int n){
 double A[32][32],B[32][32];
 for(int i=0;i<32;i++)for(int j=0;j<32;j++){double d=0;for(int b=0;b<5;b++){double x=(i>>b)&1,y=(j>>b)&1;if(pm){x=2*x-1;y=2*y-1;}d+=x*y;}
  if(!strcmp(kind,"torch"))A[i][j]=(1+d)/15; else if(!strcmp(kind,"fan"))A[i][j]=2*d/5; else A[i][j]=(1+d)/3;}
 #define ARC(A,i,j) arc(A[i][i],A[j][j],A[i][j])
 for(int i=0;i<32;i++)for(int j=0;j<32;j++){
  if(!strcmp(kind,"uni1"))K[i][j]=(n*ARC(A,i,j)+1)/3;
  else if(!strcmp(kind,"torch"))B[i][j]=ARC(A,i,j)/3+1.0/(3*n); else B[i][j]=2*ARC(A,i,j);}
 if(strcmp(kind,"uni1"))for(int i=0;i<32;i++)for(int j=0;j<32;j++)K[i][j]=!strcmp(kind,"torch")?ARC(B,i,j)/3+1.0/(3*n):ARC(B,i,j);
 double m=K[31][31];for(int i=0;i<32;i++)for(int j=0;j<32;j++)K[i][j]=K[i][j]/m;for(int i=0;i<32;i++)K[i][i]+=1e-9;}
static uint32_t in(int b){uint32_t t=0;for(int r=0;r<32;r++)if((r>>(4-b))&1)t|=1u<<r;return t;}
static uint32_t stratum(int g){ // straight-line circuit of g gates, every gate used, no operand twice
 if(g==0){int k=R(12);if(k<10)return k&1?~in(k/2):in(k/2);return k==10?0:~0u;}
 for(;;){uint32_t v[16];int used[16]={0};for(int b=0;b<5;b++)v[b]=in(b);
  for(int k=0;k<g;k++){int m=5+k,i=R(m),j=R(m-1);if(j>=i)j++;used[i]++;used[j]++;int op=R(5);uint32_t a=v[i],c=v[j];
   uint32_t x=op==4?a^c:((op&1?~a:a)&(op&2?~c:c)); if(R(2))x=~x; v[5+k]=x;}
  int ok=1;for(int k=0;k<g-1;k++)ok&=used[5+k]>0;
  uint32_t f=v[4+g];if(f==0||f==~0u)ok=0;for(int b=0;b<5;b++)if(f==in(b)||f==~in(b))ok=0;
  if(g>1&&ok)for(int i=0;i<5;i++)for(int j=0;j<i;j++)for(int op=0;op<5;op++){uint32_t a=in(i),c=in(j);uint32_t x=op==4?a^c:((op&1?~a:a)&(op&2?~c:c));if(f==x||f==~x)ok=0;}
  if(ok)return f;}}
static double acc(uint32_t f,int sweeps){
 int p[32];for(int i=0;i<32;i++)p[i]=i;for(int i=31;i>0;i--){int j=R(i+1);int t=p[i];p[i]=p[j];p[j]=t;}
 double L[16][16]={{0}},I[16][16]={{0}},P[16][16];double y[32];for(int i=0;i<32;i++)y[i]=(f>>p[i])&1?1:-1;
 for(int i=0;i<16;i++)for(int j=0;j<=i;j++){double t=K[p[i]][p[j]];for(int k=0;k<j;k++)t-=L[i][k]*L[j][k];L[i][j]=i==j?sqrt(t):t/L[j][j];}
 for(int c=0;c<16;c++)for(int i=c;i<16;i++){double t=i==c;for(int k=c;k<i;k++)t-=L[i][k]*I[k][c];I[i][c]=t/L[i][i];}
 for(int i=0;i<16;i++)for(int j=0;j<16;j++){double t=0;for(int k=0;k<16;k++)t+=I[k][i]*I[k][j];P[i][j]=t;}
 double D[33][16];int nd=33;
 for(int d=0;d<16;d++)for(int i=0;i<16;i++){D[d][i]=L[i][d];D[16+d][i]=i==d?1/sqrt(P[d][d]):0;}
 double W[16][16],S[16];for(int j=0;j<16;j++){double v=K[p[16+j]][p[16+j]];for(int i=0;i<16;i++){double t=0;for(int k=0;k<16;k++)t+=P[i][k]*K[p[k]][p[16+j]];W[j][i]=t;v-=t*K[p[i]][p[16+j]];}S[j]=sqrt(v>1e-12?v:1e-12);}
 double F[16];for(int i=0;i<16;i++)F[i]=y[i]*0.3;
 double sum=0;int cnt=0;
 for(int s_=0;s_<sweeps;s_++){
  for(int d=0;d<nd;d++){double u[16];
   if(d==32){double q=0;for(int i=0;i<16;i++)for(int k=0;k<16;k++)q+=F[i]*P[i][k]*F[k];q=sqrt(q);
     // radial: density r^15 exp(-r^2/2): chi with 16 d.f.
     double r2=0;for(int k=0;k<8;k++)r2-=2*log(U());double sc=sqrt(r2)/q;for(int i=0;i<16;i++)F[i]*=sc;continue;}
   memcpy(u,D[d],sizeof u);
   double m=0;for(int i=0;i<16;i++){double t=0;for(int k=0;k<16;k++)t+=P[i][k]*u[k];m-=t*F[i];}
   double lo=-INFINITY,hi=INFINITY;
   for(int i=0;i<16;i++){double a=y[i]*u[i],b=-y[i]*F[i];if(a>1e-12){if(b/a>lo)lo=b/a;}else if(a<-1e-12){if(b/a<hi)hi=b/a;}}
   double t=m+trunc_(lo-m,hi-m);if(t<lo)t=lo;if(t>hi)t=hi;
   for(int i=0;i<16;i++){F[i]+=t*u[i];if(F[i]*y[i]<=0)F[i]=y[i]*1e-9;}}
  if(s_>=sweeps/4){for(int j=0;j<16;j++){double m=0;for(int i=0;i<16;i++)m+=W[j][i]*F[i];sum+=Phi(y[16+j]*m/S[j]);cnt++;}}}
 return sum/cnt;}
static void run(const char*name,uint32_t f,int sets,int sweeps){double a=0,b=0;for(int k=0;k<sets;k++){double x=acc(f,sweeps);a+=x;b+=x*x;}
 a/=sets;printf("%-16s %.3f +- %.3f\n",name,a,sqrt((b/sets-a*a)/sets));fflush(stdout);}
static uint32_t*list;static int nl;static uint8_t*bm;
static int seen(uint32_t f){int r=(bm[f>>3]>>(f&7))&1;bm[f>>3]|=1<<(f&7);return r;}
static int strata(int sets,int sweeps){bm=calloc(1u<<29,1);list=malloc(4*8000000);
 static uint32_t pick[6][400];int tot[6];
 for(int g=0;g<6;g++){nl=0;long M=g<2?20000:g==2?300000:g==3?300000:g==4?300000:300000;
  for(long k=0;k<M;k++){uint32_t f=stratum(g);if(!seen(f))list[nl++]=f;}
  tot[g]=nl;int ones[17]={0};for(int k=0;k<sets;k++){pick[g][k]=list[R(nl)];}
  double b=0;for(int k=0;k<sets;k++){int n=__builtin_popcount(pick[g][k]);b+=n<16?n:32-n;}
  printf("gates %d: %d functions, minority label %.2f rows\n",g,nl,b/sets);fflush(stdout);}
 for(int pm=0;pm<2;pm++){kern("torch",pm,40);for(int g=1;g<6;g++){double a=0,b=0;for(int k=0;k<sets;k++){double x=acc(pick[g][k],sweeps);a+=x;b+=x*x;}a/=sets;printf("torch pm=%d gates=%d %.3f +- %.3f\n",pm,g,a,sqrt((b/sets-a*a)/sets));fflush(stdout);}}
 return 0;}
int main(int c,char**v){if(!strcmp(v[1],"strata"))return strata(atoi(v[2]),atoi(v[3]));
 int sets=atoi(v[4]),sweeps=atoi(v[5]);kern(v[1],atoi(v[2]),atoi(v[3]));printf("# %s pm=%s n=%s\n",v[1],v[2],v[3]);
 uint32_t x[5];for(int b=0;b<5;b++)x[b]=in(b);uint32_t m3=(x[0]&x[1])|(x[0]&x[2])|(x[1]&x[2]),m5=0;for(int r=0;r<32;r++)if(__builtin_popcount(r)>=3)m5|=1u<<r;
 run("x0",x[0],sets,sweeps);run("x0&x1",x[0]&x[1],sets,sweeps);run("maj3",m3,sets,sweeps);
 run("x0^x1",x[0]^x[1],sets,sweeps);run("x0^x1^x2",x[0]^x[1]^x[2],sets,sweeps);run("x0&x1^x2",(x[0]&x[1])^x[2],sets,sweeps);run("mux",(x[0]&x[1])|(~x[0]&x[2]),sets,sweeps);run("maj5",m5,sets,sweeps);
 return 0;}
