use mesascope_complexity::*;
use std::f64::consts::PI;
struct R(u64, Option<f64>);
impl R { fn n(&mut self)->u64{ self.0=self.0.wrapping_add(0x9E3779B97F4A7C15); let mut z=self.0; z=(z^(z>>30)).wrapping_mul(0xBF58476D1CE4E5B9); z=(z^(z>>27)).wrapping_mul(0x94D049BB133111EB); z^(z>>31)}
 fn u(&mut self)->f64{ ((self.n()>>11) as f64+0.5)/(1u64<<53) as f64}
 fn g(&mut self)->f64{ if let Some(x)=self.1.take(){return x} let r=(-2.0*self.u().ln()).sqrt(); let t=2.0*PI*self.u(); self.1=Some(r*t.sin()); r*t.cos()} }
fn e(kxx:f64,kyy:f64,kxy:f64)->(f64,f64){ let s=(kxx*kyy).sqrt(); let c=(kxy/s).clamp(-1.0,1.0); let a=c.acos(); (s*(a.sin()+(PI-a)*c)/(2.0*PI),(PI-a)/(2.0*PI)) }
fn kernels(n:usize,pm:bool,layers:usize,w:f64)->(Vec<Vec<f64>>,Vec<Vec<f64>>){ // NNGP, NTK standard param, torch
 let m=1<<n; let x:Vec<Vec<f64>>=(0..m).map(|r|(0..n).map(|i|{let b=(r>>(n-1-i))&1; if pm {2.0*b as f64-1.0} else {b as f64}}).collect()).collect();
 let dot=|a:usize,b:usize|x[a].iter().zip(&x[b]).map(|(p,q)|p*q).sum::<f64>();
 let mut k=vec![vec![0.0;m];m]; let mut t=vec![vec![0.0;m];m];
 for a in 0..m {for b in 0..m {k[a][b]=(dot(a,b)*2.0)/(n as f64)+1e-9; t[a][b]=dot(a,b)+1.0;}}
 for lay in 0..layers { let mut k2=k.clone(); let mut t2=t.clone();
  for a in 0..m{for b in 0..m{ let (r,d)=e(k[a][a],k[b][b],k[a][b]); let ww=if lay+1<layers{2.0}else{1.0}; k2[a][b]=r*ww; t2[a][b]=w*r+1.0+t[a][b]*d*ww;}} k=k2;t=t2;}
 (k,t)}
fn chol(k:&Vec<Vec<f64>>)->Vec<Vec<f64>>{ let n=k.len(); let mut l=vec![vec![0.0;n];n]; for i in 0..n{for j in 0..=i{ let mut s=k[i][j]+ if i==j {1e-12} else {0.0}; for p in 0..j{s-=l[i][p]*l[j][p];} l[i][j]=if i==j {s.max(1e-15).sqrt()} else {s/l[j][j]};}} l}
fn pick(r:&mut R,m:usize,k:usize)->Vec<usize>{ let mut v:Vec<usize>=(0..m).collect(); for i in 0..k{let j=i+(r.n() as usize)%(m-i); v.swap(i,j);} v }
fn lazy(r:&mut R,l:&Vec<Vec<f64>>,t:&Vec<Vec<f64>>,f:u128,v:&[usize],s:usize,step:f64)->f64{
 let m=l.len(); let z:Vec<f64>=(0..m).map(|_|r.g()).collect();
 let f0:Vec<f64>=(0..m).map(|i|(0..=i).map(|j|l[i][j]*z[j]).sum()).collect();
 let y=|i:usize| if f>>i&1==1 {1.0} else {-1.0};
 let mut al=vec![0.0;s]; let mut g:Vec<f64>=v[..s].iter().map(|&i|f0[i]).collect();
 for _ in 0..200000 { if (0..s).all(|i|(g[i]>0.0)==(y(v[i])>0.0)) {break}
  for i in 0..s { let p=1.0/(1.0+(y(v[i])*g[i]).exp()); al[i]+=step*y(v[i])*p; }
  for i in 0..s { g[i]=f0[v[i]]+(0..s).map(|j|t[v[i]][v[j]]*al[j]).sum::<f64>(); } }
 let mut h=0; for &i in &v[s..]{ let q=f0[i]+(0..s).map(|j|t[i][v[j]]*al[j]).sum::<f64>(); if (q>0.0)==(y(i)>0.0){h+=1} } h as f64/(m-s) as f64 }
fn main(){
 let mut r=R(5,None);
 let fns:[(&str,fn(&[u32])->u32);9]=[("x0",|b|b[0]),("x0&x1",|b|b[0]&b[1]),("maj3",|b|((b[0]+b[1]+b[2])>1) as u32),("par5",|b|b[0]^b[1]^b[2]^b[3]^b[4]),("x0^x1",|b|b[0]^b[1]),("x0^x1^x2",|b|b[0]^b[1]^b[2]),("(x0&x1)^x2",|b|(b[0]&b[1])^b[2]),("mux",|b|if b[0]==1 {b[1]} else {b[2]}),("maj5",|b|((b[0]+b[1]+b[2]+b[3]+b[4])>2) as u32)];
 for (nm,fu) in fns { print!("5in {nm}: "); let f:u128=(0..32).map(|x|{let b:Vec<u32>=(0..5).map(|i|(x>>(4-i))&1).collect(); (fu(&b) as u128)<<x}).sum();
  for pm in [false,true]{ let (k,t)=kernels(5,pm,2,40.0); let l=chol(&k); let mut s=0.0; let nn=600; for _ in 0..nn { let v=pick(&mut r,32,16); s+=lazy(&mut r,&l,&t,f,&v,16,0.002);} print!("lazy{} {:.3} ",if pm {"pm"} else {"01"},s/nn as f64);} println!(); }
}
